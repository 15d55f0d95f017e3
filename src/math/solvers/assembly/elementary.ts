/**
 * exp and log1p as src/math/elementary.ts has them, operation for operation, so that their bits are the same; one value at a time, and
 * two at a time for the range that a logistic loss needs. Ported from fdlibm 5.3 (e_exp.c, e_log.c), whose notice is:
 * Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunSoft, a Sun Microsystems, Inc. business.
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved.
 */

const ln2High: f64 = 0.6931471803691238;
const ln2Low: f64 = 1.9082149292705877e-10;
const halfLn2: f64 = 0.34657359027997264;
const log2E: f64 = 1.4426950408889634;
const overflowAt: f64 = 709.782712893384;
const underflowAt: f64 = -745.1332191019411;
const twoTo54: f64 = 18014398509481984;
const twoTo1000: f64 = 1.0715086071862673e301;
const twoTo1023: f64 = 8.98846567431158e307;

@inline
function powerOfTwo(k: i32): f64 {
  return reinterpret<f64>(((k as i64) + 1023) << 52);
}

@inline
function reducedExpm1(x: f64, k: f64): f64 {
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

export function exp(x: f64): f64 {
  if (x > overflowAt) return Infinity;
  if (x < underflowAt) return 0;
  if (x != x) return x;
  const isSmall = x <= halfLn2 && x >= -halfLn2;
  const k: i32 = isSmall ? 0 : ((x * log2E + (x < 0 ? -0.5 : 0.5)) as i32);
  const y = 1 + reducedExpm1(x, k as f64);
  if (k == 0) return y;
  if (k == 1024) return y * 2 * twoTo1023;
  return k >= -1021 ? y * powerOfTwo(k) : y * powerOfTwo(k + 1000) * (1 / twoTo1000);
}

function log(value: f64): f64 {
  if (!(value > 0)) return value == 0 ? -Infinity : NaN;
  if (value == Infinity) return value;
  let x = value;
  let k: i32 = 0;
  if ((reinterpret<i64>(x) >> 32) < 0x00100000) {
    k = -54;
    x *= twoTo54;
  }
  const bits = reinterpret<i64>(x);
  const high = (bits >> 32) as i32;
  const carry = ((high & 0xfffff) + 0x95f64) & 0x100000;
  k += (high >> 20) - 1023 + (carry >> 20);
  const top = (high & 0xfffff) | (carry ^ 0x3ff00000);
  const f = reinterpret<f64>(((top as i64) << 32) | (bits & 0xffffffff)) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd =
    z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const half = 0.5 * f * f;
  return (k as f64) * ln2High - (half - (s * (half + odd + even) + (k as f64) * ln2Low) - f);
}

export function log1p(x: f64): f64 {
  const u = 1 + x;
  if (u == 1 || u == Infinity) return x;
  if (!(u > 0)) return log(u);
  return log(u) + (x - (u - 1)) / u;
}

export function sigmoid(x: f64): f64 {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

export function softplus(x: f64): f64 {
  return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/** Below it the result of exp is rounded twice, or is 0: those are taken one at a time. */
export const leastPairExponent: f64 = -708;

@inline
function splat(x: f64): v128 {
  return f64x2.splat(x);
}

@inline
function mul(a: v128, b: v128): v128 {
  return f64x2.mul(a, b);
}

@inline
function add(a: v128, b: v128): v128 {
  return f64x2.add(a, b);
}

@inline
function sub(a: v128, b: v128): v128 {
  return f64x2.sub(a, b);
}

/** eˣ of both lanes, −708 ≤ x ≤ 0. */
@inline
export function expPair(x: v128): v128 {
  const isSmall = f64x2.ge(x, splat(-halfLn2));
  const k = v128.andnot(f64x2.trunc(sub(mul(x, splat(log2E)), splat(0.5))), isSmall);
  const high = sub(x, mul(k, splat(ln2High)));
  const low = mul(k, splat(ln2Low));
  const r = sub(high, low);
  const t = mul(r, r);
  let p = add(splat(-1.6533902205465252e-6), mul(t, splat(4.1381367970572385e-8)));
  p = add(splat(6.613756321437934e-5), mul(t, p));
  p = add(splat(-0.0027777777777015593), mul(t, p));
  p = add(splat(0.16666666666666602), mul(t, p));
  const c = sub(r, mul(t, p));
  const y = add(splat(1), sub(high, sub(low, f64x2.div(mul(r, c), sub(splat(2), c)))));
  // 1.5 · 2⁵² + k holds k in its lowest bits.
  const shifter = splat(6755399441055744);
  const exponent = i64x2.add(i64x2.sub(add(k, shifter), shifter), i64x2.splat(1023));
  return mul(y, i64x2.shl(exponent, 52));
}

/** ln(1 + x) of both lanes, 0 ≤ x ≤ 1. */
@inline
export function log1pPair(x: v128): v128 {
  const u = add(splat(1), x);
  // The first double whose upper word is 0x3ff6a09c: about √2.
  const isHalved = f64x2.ge(u, splat(reinterpret<f64>(0x3ff6a09c00000000)));
  const k = v128.and(isHalved, splat(1));
  const f = sub(v128.bitselect(mul(u, splat(0.5)), u, isHalved), splat(1));
  const s = f64x2.div(f, add(splat(2), f));
  const z = mul(s, s);
  const w = mul(z, z);
  let odd = add(splat(0.1818357216161805), mul(w, splat(0.14798198605116586)));
  odd = add(splat(0.2857142874366239), mul(w, odd));
  odd = mul(z, add(splat(0.6666666666666735), mul(w, odd)));
  let even = add(splat(0.22222198432149784), mul(w, splat(0.15313837699209373)));
  even = mul(w, add(splat(0.3999999999940942), mul(w, even)));
  const half = mul(mul(splat(0.5), f), f);
  const inner = add(mul(s, add(add(half, odd), even)), mul(k, splat(ln2Low)));
  const ln = sub(mul(k, splat(ln2High)), sub(sub(half, inner), f));
  const exact = add(ln, f64x2.div(sub(x, sub(u, splat(1))), u));
  return v128.bitselect(x, exact, f64x2.eq(u, splat(1)));
}
