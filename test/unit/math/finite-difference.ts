/** Derivatives by central differences: what every analytic gradient of the registry is compared with. */

/** ∛ε: balances the truncation error h² against the rounding error ε/h of a central difference in f64. */
const step = 6e-6;

/**
 * Both errors are then about 1e-10 for values near 1; 1e-7 leaves room for curvature and sums of some dozens of terms, and is far
 * below any wrong factor or sign.
 */
export const gradientTolerance = 1e-7;

/** (f(x + h) − f(x − h)) / 2h, with h scaled to x; the h in use is the one that f64 can represent. */
export function centralDifference(f: (x: number) => number, x: number): number {
  const h = step * Math.max(1, Math.abs(x));
  const above = x + h;
  const below = x - h;
  return (f(above) - f(below)) / (above - below);
}

/** |analytic − numeric| / max(1, |analytic|, |numeric|). */
export function gradientError(analytic: number, numeric: number): number {
  return Math.abs(analytic - numeric) / Math.max(1, Math.abs(analytic), Math.abs(numeric));
}
