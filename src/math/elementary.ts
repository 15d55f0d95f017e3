/**
 * Elementary functions whose bits are ours: V8 does not promise those of Math.exp, log and tanh, and a model must train to the
 * same bits everywhere. Only + − × ÷ and bit access are used, which IEEE 754 fixes.
 *
 * `exp` and `log` are ported from fdlibm 5.3 (e_exp.c, e_log.c), whose notice is:
 * Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunSoft, a Sun Microsystems, Inc. business.
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved.
 *
 * Largest errors measured against 60-digit references are stated at each function and held by the tests.
 */

/** ln 2 in two parts: k · ln2High is exact for |k| < 2²⁰. */
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;
const halfLn2 = 0.34657359027997264;

const overflowAt = 709.782712893384;
const underflowAt = -745.1332191019411;

/** A double and its words: 0 is the low one, for every platform that Node runs on here is little-endian. */
const double = new Float64Array(1);
const words = new Int32Array(double.buffer);
/** Written by `powerOfTwo` alone, so that its low word stays 0. */
const power = new Float64Array(1);
const powerWords = new Int32Array(power.buffer);

/** 2ᵏ for −1022 ≤ k ≤ 1023. */
function powerOfTwo(k: number): number {
  powerWords[1] = (k + 1023) << 20;
  return power[0]!;
}

/** The integer k nearest to x / ln 2, 0 for |x| ≤ ½ ln 2: x = k ln 2 + r, |r| ≤ ½ ln 2. */
function exponentOf(x: number): number {
  if (x <= halfLn2 && x >= -halfLn2) return 0;
  return (x * Math.LOG2E + (x < 0 ? -0.5 : 0.5)) | 0;
}

/** e^r − 1 for x = k ln 2 + r, by the rational approximation e^r = 1 + 2r / (R(r) − r), R(r) = r (e^r + 1) / (e^r − 1). */
function reducedExpm1(x: number, k: number): number {
  const high = x - k * ln2High;
  const low = k * ln2Low;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))));
  return high - (low - (r * c) / (2 - c));
}

/** eˣ, within 1 ulp. 0 below −745.13, Infinity above 709.78. */
export function exp(x: number): number {
  if (x > overflowAt) return Number.POSITIVE_INFINITY;
  if (x < underflowAt) return 0;
  if (Number.isNaN(x)) return x;
  const k = exponentOf(x);
  const y = 1 + reducedExpm1(x, k);
  if (k === 0) return y;
  if (k === 1024) return y * 2 * 2 ** 1023;
  // A denormal result is rounded once, by the last product.
  return k >= -1021 ? y * powerOfTwo(k) : y * powerOfTwo(k + 1000) * 2 ** -1000;
}

/** eˣ − 1 without the cancellation near 0, within 2 ulp. */
export function expm1(x: number): number {
  if (x > 40) return exp(x) - 1;
  if (x < -40) return -1;
  if (x === 0 || Number.isNaN(x)) return x;
  const k = exponentOf(x);
  const y = reducedExpm1(x, k);
  if (k === 0) return y;
  const scale = powerOfTwo(k);
  return scale * y + (scale - 1);
}

/** ln x, within 1 ulp. ln 0 = −Infinity; NaN for x < 0. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  let k = 0;
  double[0] = x;
  if (words[1]! < 0x00100000) {
    k = -54;
    double[0] = x * 2 ** 54;
  }
  // x = 2ᵏ (1 + f), √2/2 < 1 + f < √2.
  const high = words[1]!;
  const carry = ((high & 0xfffff) + 0x95f64) & 0x100000;
  k += (high >> 20) - 1023 + (carry >> 20);
  words[1] = (high & 0xfffff) | (carry ^ 0x3ff00000);
  const f = double[0]! - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd =
    z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const half = 0.5 * f * f;
  return k * ln2High - (half - (s * (half + odd + even) + k * ln2Low) - f);
}

/** ln(1 + x) without the cancellation near 0, within 2 ulp. ln(1 − 1) = −Infinity; NaN for x < −1. */
export function log1p(x: number): number {
  const u = 1 + x;
  if (u === 1 || u === Number.POSITIVE_INFINITY) return x;
  if (!(u > 0)) return log(u);
  // u − 1 is exact near 0, so the second term is what rounding 1 + x lost.
  return log(u) + (x - (u - 1)) / u;
}

/** tanh x, within 2.5 ulp; odd to the bit. */
export function tanh(x: number): number {
  if (x === 0 || Number.isNaN(x)) return x;
  const magnitude = Math.abs(x);
  if (magnitude > 22) return x > 0 ? 1 : -1;
  if (magnitude >= 1) {
    const y = 1 - 2 / (expm1(2 * magnitude) + 2);
    return x > 0 ? y : -y;
  }
  const t = expm1(-2 * magnitude);
  const y = -t / (t + 2);
  return x > 0 ? y : -y;
}

/** The logistic function 1 / (1 + e⁻ˣ), within 2.5 ulp; keeps its relative precision as x → −∞. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

/** ln(1 + eˣ), within 2 ulp; never overflows before x does. */
export function softplus(x: number): number {
  return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}
