/** The product that GELU and SiLU are made of. */

/** z·p for a gate p that goes to 0 faster than |z| to ∞: 0, not ∞ · 0 = NaN. */
export function gate(z: number, p: number): number {
  return p === 0 ? 0 : z * p;
}
