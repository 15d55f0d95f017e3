/** A dense layer's passes, each one call. */
import { activate, movesZero, relu } from './activations';
import { multiplyAddBias, multiplyTransposed } from './products';
import { vectorBytes } from './vector';

/** a = f(x·w + b), and z = x·w + b where z is not 0: x [n, k], w [k, m], b [m], a and z [n, m] with stride aStride. */
export function denseForward(
  f: i32,
  n: i32,
  k: i32,
  m: i32,
  x: usize,
  xStride: usize,
  w: usize,
  wStride: usize,
  b: usize,
  a: usize,
  aStride: usize,
  z: usize,
): void {
  const isRectified = f == relu && z == 0;
  const product = z == 0 ? a : z;
  multiplyAddBias(n, k, m, x, xStride, w, wStride, b, product, aStride, isRectified);
  if (!isRectified) activate(f, product, a, (n * <i32>aStride) >> 2);
  if (movesZero(f)) clearPadding(a, n, m, aStride);
}

/**
 * z += b on each row, a = f(z), for a z that holds x·w: z and a [n, m] of one stride, a may be z. The rest of `denseForward` where
 * another library made the product.
 */
export function addBiasAndActivate(f: i32, n: i32, m: i32, b: usize, z: usize, stride: usize, a: usize): void {
  const vectors = (m + 3) >> 2;
  const isRectified = f == relu && z == a;
  for (let i = 0, row = z; i < n; i++, row += stride * 4) {
    if (isRectified) addRectified(row, b, vectors);
    else addVectors(row, b, vectors);
  }
  if (!isRectified) activate(f, z, a, (n * <i32>stride) >> 2);
  if (movesZero(f)) clearPadding(a, n, m, stride);
}

function addVectors(row: usize, b: usize, vectors: i32): void {
  for (let j = 0; j < vectors; j++, row += vectorBytes, b += vectorBytes) {
    v128.store(row, f32x4.add(v128.load(row), v128.load(b)));
  }
}

function addRectified(row: usize, b: usize, vectors: i32): void {
  for (let j = 0; j < vectors; j++, row += vectorBytes, b += vectorBytes) {
    v128.store(row, f32x4.pmax(f32x4.add(v128.load(row), v128.load(b)), i32x4.splat(0)));
  }
}

function clearPadding(a: usize, n: i32, m: i32, stride: usize): void {
  const padding = (stride - <usize>m) * 4;
  if (padding == 0) return;
  a += <usize>m * 4;
  for (let i = 0; i < n; i++, a += stride * 4) memory.fill(a, 0, padding);
}

/** dw = xᵀ·dz, db = Σᵢ dzᵢ: x [n, k], dz [n, m], dw [k, m], db [m] and as much room as a row of dw has. */
export function denseBackwardWeights(
  n: i32,
  k: i32,
  m: i32,
  x: usize,
  xStride: usize,
  dz: usize,
  dzStride: usize,
  dw: usize,
  dwStride: usize,
  db: usize,
): void {
  multiplyTransposed(n, k, m, x, xStride, dz, dzStride, dw, dwStride);
  sumRows(n, m, dz, dzStride, db);
}

/** out [m] = Σᵢ aᵢ. Four vectors of columns at a time, so that their additions overlap. */
export function sumRows(n: i32, m: i32, a: usize, stride: usize, out: usize): void {
  const step = stride * 4;
  let j = 0;
  for (; j + 16 <= m; j += 16, a += 4 * vectorBytes, out += 4 * vectorBytes) {
    let s0 = i32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let i = 0, p = a; i < n; i++, p += step) {
      s0 = f32x4.add(s0, v128.load(p));
      s1 = f32x4.add(s1, v128.load(p, 16));
      s2 = f32x4.add(s2, v128.load(p, 32));
      s3 = f32x4.add(s3, v128.load(p, 48));
    }
    v128.store(out, s0);
    v128.store(out, s1, 16);
    v128.store(out, s2, 32);
    v128.store(out, s3, 48);
  }
  for (; j < m; j += 4, a += vectorBytes, out += vectorBytes) {
    let sum = i32x4.splat(0);
    for (let i = 0, p = a; i < n; i++, p += step) sum = f32x4.add(sum, v128.load(p));
    v128.store(out, sum);
  }
}
