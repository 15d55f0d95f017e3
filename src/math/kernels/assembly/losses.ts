/**
 * The losses: value, gradient and right answers of a batch in one pass. Each returns Σᵢ cᵢ·lossᵢ in f64, in the order of the rows, and
 * stores the number of rows that the logits' label is right for at `correct`. c = 0 stands for ones, dz = 0 for no gradient; else
 * dz [n, m] becomes cᵢ·scale·∂lossᵢ/∂logits. `logits` and `dz` have the same stride, in floats.
 */
import { expOfMagnitude, expOfNegative, log1pOfPositive, sigmoidFrom, softplusFrom } from './elementary';
import { laneMask, select, splat, tailMask, vectorBytes } from './vector';

/** Lane i of four rows' first elements; 0 for rows that are not there. */
@inline
function firstElements(p: usize, step: usize, count: i32): v128 {
  let x = v128.load32_zero(p);
  if (count > 1) x = v128.load_lane<f32>(p + step, x, 1);
  if (count > 2) x = v128.load_lane<f32>(p + 2 * step, x, 2);
  if (count > 3) x = v128.load_lane<f32>(p + 3 * step, x, 3);
  return x;
}

@inline
function storeFirstElements(p: usize, step: usize, count: i32, x: v128): void {
  v128.store_lane<f32>(p, x, 0);
  if (count > 1) v128.store_lane<f32>(p + step, x, 1);
  if (count > 2) v128.store_lane<f32>(p + 2 * step, x, 2);
  if (count > 3) v128.store_lane<f32>(p + 3 * step, x, 3);
}

/** sum + the lanes below count, one after the other. */
@inline
function addLanes(sum: f64, x: v128, count: i32): f64 {
  sum += <f64>f32x4.extract_lane(x, 0);
  if (count > 1) sum += <f64>f32x4.extract_lane(x, 1);
  if (count > 2) sum += <f64>f32x4.extract_lane(x, 2);
  if (count > 3) sum += <f64>f32x4.extract_lane(x, 3);
  return sum;
}

/** L = ln(1 + eˢᶻ), ∂L/∂z = s·σ(sz), s = 1 − 2y. */
export function binaryCrossEntropy(
  n: i32,
  logits: usize,
  stride: usize,
  target: usize,
  c: usize,
  dz: usize,
  scale: f32,
  correct: usize,
): f64 {
  const step = stride * 4;
  let sum: f64 = 0;
  let right = 0;
  for (let i = 0; i < n; i += 4) {
    const count = min(4, n - i);
    const at = <usize>i * step;
    const y = firstElements(target + 4 * <usize>i, 4, count);
    const z = firstElements(logits + at, step, count);
    const weight = c == 0 ? splat(1) : firstElements(c + 4 * <usize>i, 4, count);
    const sign = f32x4.sub(splat(1), f32x4.add(y, y));
    const signed = f32x4.mul(sign, z);
    const e = expOfMagnitude(signed);
    sum = addLanes(sum, f32x4.mul(weight, softplusFrom(signed, e)), count);
    const isOne = f32x4.gt(z, splat(0));
    const isRight = i32x4.eq(isOne, f32x4.gt(y, splat(0)));
    right += popcnt(i32x4.bitmask(v128.and(isRight, laneMask(count))));
    if (dz == 0) continue;
    const slope = f32x4.mul(f32x4.mul(splat(scale), weight), sign);
    storeFirstElements(dz + at, step, count, f32x4.mul(slope, sigmoidFrom(signed, e)));
  }
  store<i32>(correct, right);
  return sum;
}

/** L = ½(z − y)², ∂L/∂z = z − y. No row counts as right. */
export function halfSquaredError(
  n: i32,
  logits: usize,
  stride: usize,
  target: usize,
  c: usize,
  dz: usize,
  scale: f32,
  correct: usize,
): f64 {
  let sum: f64 = 0;
  for (let i: usize = 0; i < <usize>n; i++) {
    const error = load<f32>(logits + i * stride * 4) - load<f32>(target + i * 4);
    const weight: f32 = c == 0 ? 1 : load<f32>(c + i * 4);
    sum += 0.5 * <f64>weight * <f64>error * <f64>error;
    if (dz != 0) store<f32>(dz + i * stride * 4, scale * weight * error);
  }
  store<i32>(correct, 0);
  return sum;
}

/** Number of the first logit that is the largest; 0 where that is NaN. */
function topOf(logits: usize, m: i32, largest: f32): i32 {
  for (let j = 0; j < m; j += 4) {
    const isTop = f32x4.eq(v128.load(logits + 4 * <usize>j), splat(largest));
    const lanes = i32x4.bitmask(v128.and(isTop, laneMask(m - j)));
    if (lanes != 0) return j + ctz(lanes);
  }
  return 0;
}

/** NaN where the first logit is, since nothing is above it; other NaN are passed over. */
function largestOf(logits: usize, m: i32): f32 {
  const first = load<f32>(logits);
  if (first != first) return first;
  const lowest = splat(-Infinity);
  let largest = lowest;
  for (let j = 0; j < m; j += 4) {
    largest = f32x4.pmax(largest, select(laneMask(m - j), v128.load(logits + 4 * <usize>j), lowest));
  }
  const half = f32x4.pmax(largest, v128.shuffle<f32>(largest, largest, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmax(half, v128.shuffle<f32>(half, half, 1, 0, 3, 2)), 0);
}

/**
 * Writes e^{zⱼ − z*} to `out`, padding of its last vector 0, and returns r, the sum over all j but *, in f64: without the 1 of the
 * largest it keeps the digits of a confident answer.
 */
function exponentials(logits: usize, m: i32, largest: f32, top: i32, out: usize): f64 {
  const tail = tailMask(m);
  let low = i32x4.splat(0);
  let high = low;
  for (let j = 0; j < m; j += 4) {
    const at = <usize>j * 4;
    let e = expOfNegative(f32x4.sub(v128.load(logits + at), splat(largest)));
    if (j + 4 >= m) e = v128.and(e, tail);
    v128.store(out + at, e);
    const isTop = i32x4.eq(i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(j)), i32x4.splat(top));
    const rest = v128.andnot(e, isTop);
    low = f64x2.add(low, f64x2.promote_low_f32x4(rest));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(rest, rest, 2, 3, 2, 3)));
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** In place, e becomes slope·(p − [j = y]), p = e/(1 + r). Where y is a largest, p − 1 is −r/(1 + r), without its cancellation. */
function crossEntropyGradient(e: usize, m: i32, y: i32, rest: f64, slope: f32): void {
  const inverse = 1 / (1 + rest);
  const factor = splat(slope * <f32>inverse);
  const ofTarget = load<f32>(e + 4 * <usize>y);
  for (let j = 0; j < m; j += 4) {
    const at = e + <usize>j * 4;
    v128.store(at, f32x4.mul(factor, v128.load(at)));
  }
  store<f32>(e + 4 * <usize>y, slope * (ofTarget == 1 ? <f32>(-rest * inverse) : ofTarget * <f32>inverse - 1));
}

/**
 * L = (z* − z_y) + ln(1 + r), ∂L/∂zⱼ = pⱼ − [j = y]. `scratch` is room for one row, and for four floats before it.
 */
export function softmaxCrossEntropy(
  n: i32,
  m: i32,
  logits: usize,
  stride: usize,
  target: usize,
  c: usize,
  dz: usize,
  scale: f32,
  correct: usize,
  scratch: usize,
): f64 {
  const spare = scratch + vectorBytes;
  let sum: f64 = 0;
  let right = 0;
  for (let i = 0; i < n; i += 4) {
    const count = min(4, n - i);
    let gaps = splat(0);
    for (let row = 0; row < count; row++) {
      const at = <usize>(i + row) * stride * 4;
      const y = <i32>load<f32>(target + 4 * <usize>(i + row));
      const largest = largestOf(logits + at, m);
      const top = topOf(logits + at, m, largest);
      const out = dz == 0 ? spare : dz + at;
      const rest = exponentials(logits + at, m, largest, top, out);
      if (top == y) right++;
      const gap = largest - load<f32>(logits + at + 4 * <usize>y);
      gaps = withLane(gaps, row, gap);
      store<f32>(scratch + 4 * <usize>row, <f32>rest);
      if (dz == 0) continue;
      const weight: f32 = c == 0 ? 1 : load<f32>(c + 4 * <usize>(i + row));
      crossEntropyGradient(out, m, y, rest, scale * weight);
    }
    const weights = c == 0 ? splat(1) : firstElements(c + 4 * <usize>i, 4, count);
    const losses = f32x4.add(gaps, log1pOfPositive(v128.load(scratch)));
    sum = addLanes(sum, f32x4.mul(weights, losses), count);
  }
  store<i32>(correct, right);
  return sum;
}

@inline
function withLane(x: v128, lane: i32, value: f32): v128 {
  return select(i32x4.eq(i32x4(0, 1, 2, 3), i32x4.splat(lane)), splat(value), x);
}
