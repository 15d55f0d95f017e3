/** The losses of a block with their residuals, as src/math/losses has them, to the bit. */
import { exp, expPair, leastPairExponent, log1p, log1pPair, sigmoid, softplus } from './elementary';

/** totals += ((l₀ + l₂) + (l₁ + l₃), …) of the losses of four rows. */
@inline
function addFour(totals: usize, l01: v128, l23: v128): void {
  const pair = f64x2.add(l01, l23);
  const sum = f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
  store<f64>(totals, load<f64>(totals) + sum);
}

@inline
function addRight(totals: usize, right: i64): void {
  store<f64>(totals, load<f64>(totals, 8) + (right as f64), 8);
}

/** c · loss of a pair of rows; writes the residuals. */
@inline
function squaredPair(z: usize, target: usize, weights: usize, residuals: usize): v128 {
  const c = v128.load(weights);
  const error = f64x2.sub(v128.load(z), v128.load(target));
  v128.store(residuals, f64x2.mul(c, error));
  return f64x2.mul(c, f64x2.mul(f64x2.mul(f64x2.splat(0.5), error), error));
}

function squaredError(
  rows: i32,
  z: usize,
  target: usize,
  weights: usize,
  residuals: usize,
  totals: usize,
): void {
  const end: usize = (rows as usize) << 3;
  for (let at: usize = 0; at < end; at += 32) {
    const l01 = squaredPair(z + at, target + at, weights + at, residuals + at);
    const l23 = squaredPair(z + at + 16, target + at + 16, weights + at + 16, residuals + at + 16);
    addFour(totals, l01, l23);
  }
}

/** c · loss of a pair of rows; writes the residuals. */
function binaryPair(z: usize, target: usize, weights: usize, residuals: usize): v128 {
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  const c = v128.load(weights);
  const sign = f64x2.sub(one, f64x2.mul(f64x2.splat(2), v128.load(target)));
  const u = f64x2.mul(sign, v128.load(z));
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
  v128.store(residuals, f64x2.mul(f64x2.mul(c, sign), slope));
  return f64x2.mul(c, loss);
}

/** −1 in each lane that predicts its own class and has a weight: a row without is none. */
@inline
function rightPair(z: usize, target: usize, weights: usize): v128 {
  const isWrong = v128.xor(
    f64x2.gt(v128.load(z), f64x2.splat(0)),
    f64x2.eq(v128.load(target), f64x2.splat(1)),
  );
  return v128.andnot(f64x2.ne(v128.load(weights), f64x2.splat(0)), isWrong);
}

function binaryCrossEntropy(
  rows: i32,
  z: usize,
  target: usize,
  weights: usize,
  residuals: usize,
  totals: usize,
): void {
  let rights = i64x2.splat(0);
  const end: usize = (rows as usize) << 3;
  for (let at: usize = 0; at < end; at += 32) {
    const next = at + 16;
    const l01 = binaryPair(z + at, target + at, weights + at, residuals + at);
    const l23 = binaryPair(z + next, target + next, weights + next, residuals + next);
    addFour(totals, l01, l23);
    rights = i64x2.sub(rights, rightPair(z + at, target + at, weights + at));
    rights = i64x2.sub(rights, rightPair(z + next, target + next, weights + next));
  }
  addRight(totals, i64x2.extract_lane(rights, 0) + i64x2.extract_lane(rights, 1));
}

function softmaxCrossEntropy(
  rows: i32,
  outputs: i32,
  z: usize,
  target: usize,
  weights: usize,
  residuals: usize,
  totals: usize,
): void {
  let l0: f64 = 0;
  let l1: f64 = 0;
  let l2: f64 = 0;
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
    const place = i & 3;
    if (place == 0) l0 = loss;
    else if (place == 1) l1 = loss;
    else if (place == 2) l2 = loss;
    else store<f64>(totals, load<f64>(totals) + (l0 + l2 + (l1 + loss)));
    if (c != 0 && top == y) right++;
  }
  addRight(totals, right);
}

/** The losses by their numbers in src/math/solvers/wasm-glm-kernels.ts. */
export function losses(
  kind: i32,
  rows: i32,
  outputs: i32,
  z: usize,
  target: usize,
  weights: usize,
  residuals: usize,
  totals: usize,
): void {
  if (kind == 0) squaredError(rows, z, target, weights, residuals, totals);
  else if (kind == 1) binaryCrossEntropy(rows, z, target, weights, residuals, totals);
  else softmaxCrossEntropy(rows, outputs, z, target, weights, residuals, totals);
}
