/**
 * The cosine that the learning-rate schedule needs, with bits of our own.
 *
 * The polynomials are those of fdlibm 5.3 (k_cos.c, k_sin.c), whose notice is:
 * Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunSoft, a Sun Microsystems, Inc. business.
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved.
 */

/**
 * cos(πx) for 0 ≤ x ≤ 1, within 2 ulp; exactly 1, 0 and −1 at 0, ½ and 1. Taking π in keeps the argument exact: cos(π · ½) of a
 * rounded π would not be 0.
 */
export function cosinePi(x: number): number {
  if (x <= 0.25) return kernelCosine(Math.PI * x);
  if (x < 0.75) return kernelSine(Math.PI * (0.5 - x));
  return -kernelCosine(Math.PI * (1 - x));
}

/** cos x for |x| ≤ π/4. */
function kernelCosine(x: number): number {
  const z = x * x;
  const w = z * z;
  const r =
    z * (0.0416666666666666 + z * (-0.001388888888887411 + z * 2.480158728947673e-5)) +
    w * w * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11));
  const half = 0.5 * z;
  const first = 1 - half;
  // The bracket is what rounding 1 − z/2 lost.
  return first + (1 - first - half + z * r);
}

/** sin x for |x| ≤ π/4. */
function kernelSine(x: number): number {
  const z = x * x;
  const r =
    0.00833333333332249 +
    z * (-0.0001984126982985795 + z * 2.7557313707070068e-6) +
    z * z * z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10);
  return x + z * x * (-0.16666666666666632 + z * r);
}
