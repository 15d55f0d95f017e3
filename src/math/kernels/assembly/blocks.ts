/** Kernels over whole blocks, vector by vector: a block's last vector is padded with zeros, which each of them leaves zero. */
import { madd, select, splat, vectorBytes } from './vector';

/** y += alpha·x. */
export function axpy(alpha: f32, x: usize, y: usize, vectors: i32): void {
  const factor = splat(alpha);
  for (let i = 0; i < vectors; i++, x += vectorBytes, y += vectorBytes) {
    v128.store(y, madd(factor, v128.load(x), v128.load(y)));
  }
}

/** y += alpha·sign(x): nothing at 0 of either sign, NaN at NaN. */
export function addSigns(alpha: f32, x: usize, y: usize, vectors: i32): void {
  const factor = splat(alpha);
  for (let i = 0; i < vectors; i++, x += vectorBytes, y += vectorBytes) {
    const value = v128.load(x);
    const one = select(i32x4.splat(0x7fffffff), splat(1), value);
    const isSigned = v128.or(f32x4.lt(value, splat(0)), f32x4.gt(value, splat(0)));
    v128.store(y, madd(factor, select(isSigned, one, value), v128.load(y)));
  }
}

/** x *= alpha. */
export function scale(alpha: f32, x: usize, vectors: i32): void {
  const factor = splat(alpha);
  for (let i = 0; i < vectors; i++, x += vectorBytes) v128.store(x, f32x4.mul(factor, v128.load(x)));
}

/** out = x ⊙ y. */
export function multiplyElements(x: usize, y: usize, out: usize, vectors: i32): void {
  for (let i = 0; i < vectors; i++, x += vectorBytes, y += vectorBytes, out += vectorBytes) {
    v128.store(out, f32x4.mul(v128.load(x), v128.load(y)));
  }
}

@inline
function upperHalf(x: v128): v128 {
  return v128.shuffle<f32>(x, x, 2, 3, 2, 3);
}

@inline
function sumOfLanes(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/** Σ xᵢ² in f64, in four interleaved sums. */
export function sumOfSquares(x: usize, vectors: i32): f64 {
  let low = i32x4.splat(0);
  let high = low;
  for (let i = 0; i < vectors; i++, x += vectorBytes) {
    const value = v128.load(x);
    const a = f64x2.promote_low_f32x4(value);
    const b = f64x2.promote_low_f32x4(upperHalf(value));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  return sumOfLanes(f64x2.add(low, high));
}

/** Σ |xᵢ| in f64, in four interleaved sums. */
export function sumOfMagnitudes(x: usize, vectors: i32): f64 {
  let low = i32x4.splat(0);
  let high = low;
  for (let i = 0; i < vectors; i++, x += vectorBytes) {
    const value = f32x4.abs(v128.load(x));
    low = f64x2.add(low, f64x2.promote_low_f32x4(value));
    high = f64x2.add(high, f64x2.promote_low_f32x4(upperHalf(value)));
  }
  return sumOfLanes(f64x2.add(low, high));
}

/** Row i of out [count, …] = row indices[i] of source; rows of as many whole vectors, `sourceStride` and `outStride` in bytes. */
export function gatherRows(
  source: usize,
  sourceStride: usize,
  indices: usize,
  count: i32,
  out: usize,
  outStride: usize,
  vectors: i32,
): void {
  for (let i = 0; i < count; i++, indices += 4, out += outStride) {
    let from = source + <usize>load<u32>(indices) * sourceStride;
    let to = out;
    for (let j = 0; j < vectors; j++, from += vectorBytes, to += vectorBytes) v128.store(to, v128.load(from));
  }
}
