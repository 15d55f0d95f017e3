/**
 * Elementary functions of four floats at once, without a branch and without a library: their bits are the same on every machine.
 * Largest errors against f64, in units of the result's last place, are held by test/unit/math/wasm-elementary.test.ts.
 */
import { madd, nmadd, select, splat } from './vector';

const ln2High: f32 = 0.693359375;
const ln2Low: f32 = -2.12194440e-4;
/** 1.5·2²³: adding it rounds a small number to an integer, which then stands in the low bits. */
const roundingShift: f32 = 12582912;

/** k = round(x / ln 2) as float plus `roundingShift`, for x ≥ −105. */
@inline
function shiftedExponent(x: v128): v128 {
  return madd(x, splat(1.44269504), splat(roundingShift));
}

/** x − k·ln 2, |·| ≤ ½ ln 2; k·ln2High is exact, so both builds lose no bit of it. @see Cody & Waite 1980 */
@inline
function reduced(x: v128, k: v128): v128 {
  return nmadd(k, splat(ln2Low), nmadd(k, splat(ln2High), x));
}

/** e^r − 1 = r + r²·q(r) for |r| ≤ ½ ln 2. @see Moshier, Cephes, expf.c */
@inline
function reducedExpm1(r: v128): v128 {
  let q = splat(1.9875691500e-4);
  q = madd(q, r, splat(1.3981999507e-3));
  q = madd(q, r, splat(8.3334519073e-3));
  q = madd(q, r, splat(4.1665795894e-2));
  q = madd(q, r, splat(1.6666665459e-1));
  q = madd(q, r, splat(5.0000001201e-1));
  return madd(q, f32x4.mul(r, r), r);
}

/** 2ᵏ for the integers k ≥ −126. */
@inline
function powerOfTwo(k: v128): v128 {
  return i32x4.shl(i32x4.add(k, i32x4.splat(127)), 23);
}

/** eˣ for x ≤ 0. Denormal from −87.3, 0 from −104 on; NaN stays NaN. */
@inline
export function expOfNegative(x: v128): v128 {
  // x < −105 ? −105 : x keeps NaN.
  const bounded = f32x4.pmax(x, splat(-105));
  const shifted = shiftedExponent(bounded);
  const y = f32x4.add(splat(1), reducedExpm1(reduced(bounded, f32x4.sub(shifted, splat(roundingShift)))));
  // In two factors, so that a denormal result is rounded once, by the last of them.
  const k = i32x4.sub(shifted, splat(roundingShift));
  const half = i32x4.shr_s(k, 1);
  return f32x4.mul(f32x4.mul(y, powerOfTwo(half)), powerOfTwo(i32x4.sub(k, half)));
}

/** eˣ − 1 for x ≤ 0, without the cancellation near 0. NaN stays NaN. */
@inline
export function expm1OfNegative(x: v128): v128 {
  // Below −40 it is −1 to the last bit.
  const bounded = f32x4.pmax(x, splat(-40));
  const shifted = shiftedExponent(bounded);
  const y = reducedExpm1(reduced(bounded, f32x4.sub(shifted, splat(roundingShift))));
  const scale = powerOfTwo(i32x4.sub(shifted, splat(roundingShift)));
  return madd(scale, y, f32x4.sub(scale, splat(1)));
}

/** ln(1 + x) for x ≥ 0, without the cancellation near 0. @see Moshier, Cephes, logf.c */
@inline
export function log1pOfPositive(x: v128): v128 {
  // 1 + x = 2ᵏ·(1 + f) with √½ ≤ 1 + f < √2; where k = 0, f is x itself, which 1 + x has rounded.
  const y = f32x4.add(splat(1), x);
  const k = i32x4.shr_s(i32x4.sub(y, i32x4.splat(0x3f3504f3)), 23);
  const f = select(
    i32x4.eq(k, i32x4.splat(0)),
    x,
    f32x4.sub(i32x4.sub(y, i32x4.shl(k, 23)), splat(1)),
  );
  let q = splat(7.0376836292e-2);
  q = madd(q, f, splat(-1.1514610310e-1));
  q = madd(q, f, splat(1.1676998740e-1));
  q = madd(q, f, splat(-1.2420140846e-1));
  q = madd(q, f, splat(1.4249322787e-1));
  q = madd(q, f, splat(-1.6668057665e-1));
  q = madd(q, f, splat(2.0000714765e-1));
  q = madd(q, f, splat(-2.4999993993e-1));
  q = madd(q, f, splat(3.3333331174e-1));
  const square = f32x4.mul(f, f);
  const kFloat = f32x4.convert_i32x4_s(k);
  let rest = f32x4.mul(f32x4.mul(q, f), square);
  rest = madd(kFloat, splat(ln2Low), rest);
  rest = nmadd(splat(0.5), square, rest);
  const sum = madd(kFloat, splat(ln2High), f32x4.add(f, rest));
  // NaN and ∞ have no such k.
  return select(f32x4.lt(x, splat(Infinity)), sum, x);
}

/** tanh x; odd to the bit. */
@inline
export function tanh(x: v128): v128 {
  const t = expm1OfNegative(f32x4.mul(f32x4.abs(x), splat(-2)));
  const magnitude = f32x4.div(f32x4.neg(t), f32x4.add(t, splat(2)));
  return select(i32x4.splat(0x7fffffff), magnitude, x);
}

/** σ(|x|) = 1 / (1 + e^−|x|); e is e^−|x|. */
@inline
function upperSigmoid(e: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), e));
}

/** σ(x) given e = e^−|x|; keeps its relative precision as x → −∞. */
@inline
export function sigmoidFrom(x: v128, e: v128): v128 {
  const upper = upperSigmoid(e);
  return select(f32x4.lt(x, splat(0)), f32x4.mul(e, upper), upper);
}

@inline
export function expOfMagnitude(x: v128): v128 {
  return expOfNegative(f32x4.neg(f32x4.abs(x)));
}

@inline
export function sigmoid(x: v128): v128 {
  return sigmoidFrom(x, expOfMagnitude(x));
}

/** ln(1 + eˣ) given e = e^−|x|. */
@inline
export function softplusFrom(x: v128, e: v128): v128 {
  return f32x4.add(f32x4.pmax(x, splat(0)), log1pOfPositive(e));
}

/** z·p, and 0 where p is 0, though z be infinite. */
@inline
export function gate(z: v128, p: v128): v128 {
  return v128.andnot(f32x4.mul(z, p), f32x4.eq(p, splat(0)));
}

/**
 * The normal distribution Φ(z), given e = e^(−z²/2): with t = 1/(1 + 0.35·|z|/√2), Φ(−|z|) = ½·e·t·q(t), q a polynomial fitted to
 * e^(x²)·erfc(x)/t on 0 ≤ x ≤ 10, its relative error 1.4e-8.
 */
@inline
export function normalDistribution(z: v128, e: v128): v128 {
  const t = f32x4.div(splat(1), madd(f32x4.abs(z), splat(0.35 * 0.70710678118654752), splat(1)));
  let q = splat(0.038401078432798386);
  q = madd(q, t, splat(-0.15892840920921878));
  q = madd(q, t, splat(0.18146148324012756));
  q = madd(q, t, splat(-0.027705950662493706));
  q = madd(q, t, splat(0.08701896667480469));
  q = madd(q, t, splat(0.1460420936346054));
  q = madd(q, t, splat(0.1511862128973007));
  q = madd(q, t, splat(0.18790240585803986));
  q = madd(q, t, splat(0.19713835418224335));
  q = madd(q, t, splat(0.19748377799987793));
  const tail = f32x4.mul(f32x4.mul(splat(0.5), e), f32x4.mul(t, q));
  return select(f32x4.lt(z, splat(0)), tail, f32x4.sub(splat(1), tail));
}

/** e^(−z²/2). */
@inline
export function gaussian(z: v128): v128 {
  return expOfNegative(f32x4.mul(f32x4.mul(z, z), splat(-0.5)));
}
