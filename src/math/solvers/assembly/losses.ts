/** The losses of a block with their residuals, as src/math/losses has them, to the bit. */
import { exp, expPair, leastPairExponent, log1p, log1pPair, sigmoid, softplus } from './elementary';

/** totals += (Σ over even rows + Σ over odd rows, right rows). */
@inline
function addTotals(totals: usize, sums: v128, right: i64): void {
  const sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  store<f64>(totals, load<f64>(totals) + sum);
  store<f64>(totals, load<f64>(totals, 8) + (right as f64), 8);
}

export function squaredError(
  rows: i32,
  z: usize,
  target: usize,
  weights: usize,
  residuals: usize,
  totals: usize,
): void {
  let sums = f64x2.splat(0);
  const end: usize = (rows as usize) << 3;
  for (let at: usize = 0; at < end; at += 16) {
    const c = v128.load(weights + at);
    const error = f64x2.sub(v128.load(z + at), v128.load(target + at));
    v128.store(residuals + at, f64x2.mul(c, error));
    sums = f64x2.add(sums, f64x2.mul(c, f64x2.mul(f64x2.mul(f64x2.splat(0.5), error), error)));
  }
  addTotals(totals, sums, 0);
}

export function binaryCrossEntropy(
  rows: i32,
  z: usize,
  target: usize,
  weights: usize,
  residuals: usize,
  totals: usize,
): void {
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  let sums = zero;
  let rights = i64x2.splat(0);
  const end: usize = (rows as usize) << 3;
  for (let at: usize = 0; at < end; at += 16) {
    const c = v128.load(weights + at);
    const y = v128.load(target + at);
    const logits = v128.load(z + at);
    const sign = f64x2.sub(one, f64x2.mul(f64x2.splat(2), y));
    const u = f64x2.mul(sign, logits);
    const exponent = f64x2.neg(f64x2.abs(u));
    let loss: v128;
    let slope: v128;
    if (i64x2.all_true(f64x2.ge(exponent, f64x2.splat(leastPairExponent)))) {
      const a = expPair(exponent);
      loss = f64x2.add(f64x2.max(u, zero), log1pPair(a));
      slope = f64x2.div(v128.bitselect(one, a, f64x2.ge(u, zero)), f64x2.add(one, a));
    } else {
      const u0 = f64x2.extract_lane(u, 0);
      const u1 = f64x2.extract_lane(u, 1);
      loss = f64x2.replace_lane(f64x2.splat(softplus(u0)), 1, softplus(u1));
      slope = f64x2.replace_lane(f64x2.splat(sigmoid(u0)), 1, sigmoid(u1));
    }
    v128.store(residuals + at, f64x2.mul(f64x2.mul(c, sign), slope));
    sums = f64x2.add(sums, f64x2.mul(c, loss));
    const isWrong = v128.xor(f64x2.gt(logits, zero), f64x2.eq(y, one));
    // A mask is −1 where it is set; a row without weight is none.
    rights = i64x2.sub(rights, v128.andnot(f64x2.ne(c, zero), isWrong));
  }
  addTotals(totals, sums, i64x2.extract_lane(rights, 0) + i64x2.extract_lane(rights, 1));
}

export function softmaxCrossEntropy(
  rows: i32,
  outputs: i32,
  z: usize,
  target: usize,
  weights: usize,
  residuals: usize,
  totals: usize,
): void {
  let even: f64 = 0;
  let odd: f64 = 0;
  let right: i64 = 0;
  const rowBytes: usize = (outputs as usize) << 3;
  for (let i = 0; i < rows; i++) {
    const row = z + (i as usize) * rowBytes;
    const out = residuals + (i as usize) * rowBytes;
    const c = load<f64>(weights + ((i as usize) << 3));
    const y: usize = (load<f64>(target + ((i as usize) << 3)) as usize) << 3;
    let top: usize = 0;
    for (let j: usize = 8; j < rowBytes; j += 8) if (load<f64>(row + j) > load<f64>(row + top)) top = j;
    const max = load<f64>(row + top);
    let rest: f64 = 0;
    for (let j: usize = 0; j < rowBytes; j += 8) {
      const power = exp(load<f64>(row + j) - max);
      store<f64>(out + j, power);
      if (j != top) rest += power;
    }
    const loss = c * (max - load<f64>(row + y) + log1p(rest));
    const total = 1 + rest;
    for (let j: usize = 0; j < rowBytes; j += 8) {
      const p = load<f64>(out + j) / total;
      store<f64>(out + j, c * (j == y ? p - 1 : p));
    }
    if (i & 1) odd += loss;
    else even += loss;
    if (c != 0 && top == y) right++;
  }
  addTotals(totals, f64x2.replace_lane(f64x2.splat(even), 1, odd), right);
}
