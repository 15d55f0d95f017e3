/**
 * The complementary error function with bits of our own: the normal distribution in GELU needs it, and JavaScript has none.
 *
 * Ported from fdlibm 5.3 (s_erf.c), whose notice is:
 * Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunSoft, a Sun Microsystems, Inc. business.
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved.
 */
import { exp } from './elementary.ts';

/** erf 1, rounded to the bits of a float. */
const erfOne = 0.8450629115104675;

/**
 * erfc x = 1 − erf x = 2/√π ∫ₓ^∞ e^(−t²) dt, within 3 ulp; keeps its relative precision as x → ∞, where 1 − erf x has none left.
 * 2 at −∞; denormal from 26.55, 0 above 27.3.
 */
export function erfc(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < 0.84375) return nearZero(x);
  if (magnitude < 1.25) return nearOne(x, magnitude);
  if (magnitude < 28) {
    if (x < -6) return 2;
    const tail = tailOf(magnitude);
    return x > 0 ? tail : 2 - tail;
  }
  if (Number.isNaN(x)) return x;
  return x > 0 ? 0 : 2;
}

/** |x| < 0.84375: erf x = x + x·p(x²)/q(x²). */
function nearZero(x: number): number {
  const z = x * x;
  const p =
    0.12837916709551256 +
    z *
      (-0.3250421072470015 +
        z * (-0.02848174957559851 + z * (-0.005770270296489442 + z * -2.3763016656650163e-5)));
  const q =
    1 +
    z *
      (0.39791722395915535 +
        z *
          (0.0650222499887673 +
            z * (0.005081306281875766 + z * (0.00013249473800432164 + z * -3.960228278775368e-6))));
  const correction = x * (p / q);
  // From ¼ on the difference is taken from ½, where it is exact.
  return x < 0.25 ? 1 - (x + correction) : 0.5 - (correction + (x - 0.5));
}

/** 0.84375 ≤ |x| < 1.25: erf |x| = erf 1 + p(|x| − 1)/q(|x| − 1). */
function nearOne(x: number, magnitude: number): number {
  const s = magnitude - 1;
  const p =
    -0.0023621185607526594 +
    s *
      (0.41485611868374833 +
        s *
          (-0.3722078760357013 +
            s *
              (0.31834661990116175 +
                s * (-0.11089469428239668 + s * (0.035478304325618236 + s * -0.002166375594868791)))));
  const q =
    1 +
    s *
      (0.10642088040084423 +
        s *
          (0.540397917702171 +
            s *
              (0.07182865441419627 +
                s * (0.12617121980876164 + s * (0.01363708391202905 + s * 0.011984499846799107)))));
  return x > 0 ? 1 - erfOne - p / q : 1 + (erfOne + p / q);
}

/** x ≥ 1.25: erfc x = e^(−x²)/x · e^(−0.5625 + p(1/x²)/q(1/x²)). */
function tailOf(x: number): number {
  const s = 1 / (x * x);
  const quotient = x < 1 / 0.35 ? middleQuotient(s) : farQuotient(s);
  // −x² in two parts: a float's square is exact in a double, and the rest is small.
  const high = Math.fround(x);
  return (exp(-high * high - 0.5625) * exp((high - x) * (high + x) + quotient)) / x;
}

function middleQuotient(s: number): number {
  const p =
    -0.009864944034847148 +
    s *
      (-0.6938585727071818 +
        s *
          (-10.558626225323291 +
            s *
              (-62.375332450326006 +
                s *
                  (-162.39666946257347 +
                    s * (-184.60509290671104 + s * (-81.2874355063066 + s * -9.814329344169145))))));
  const q =
    1 +
    s *
      (19.651271667439257 +
        s *
          (137.65775414351904 +
            s *
              (434.56587747522923 +
                s *
                  (645.3872717332679 +
                    s *
                      (429.00814002756783 +
                        s * (108.63500554177944 + s * (6.570249770319282 + s * -0.0604244152148581)))))));
  return p / q;
}

function farQuotient(s: number): number {
  const p =
    -0.0098649429247001 +
    s *
      (-0.799283237680523 +
        s *
          (-17.757954917754752 +
            s *
              (-160.63638485582192 +
                s * (-637.5664433683896 + s * (-1025.0951316110772 + s * -483.5191916086514)))));
  const q =
    1 +
    s *
      (30.33806074348246 +
        s *
          (325.7925129965739 +
            s *
              (1536.729586084437 +
                s *
                  (3199.8582195085955 +
                    s * (2553.0504064331644 + s * (474.52854120695537 + s * -22.44095244658582))))));
  return p / q;
}
