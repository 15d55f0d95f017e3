/** Second derivatives of the losses with respect to a row's logits: what Newton's method needs beyond `losses`. */
import type { LossName } from '../losses/index.ts';

/**
 * ∂²loss/∂z∂zᵀ of one row, from its gradient r = ∂loss/∂z, written to `out` [m, m] (symmetric).
 *
 * @param r      the row's gradient is elements `start` to `start + m`
 * @param target class number, where the loss is of classes
 */
export type Curvature = (
  r: Float64Array,
  start: number,
  m: number,
  target: number,
  out: Float64Array,
) => void;

export const curvatures: Readonly<Record<LossName, Curvature>> = {
  /** ∂²(½(ŷ − y)²)/∂ŷ² = 1. */
  half_squared_error: (_r, _start, _m, _target, out) => {
    out[0] = 1;
  },
  /** h(1 − h), and |r| is h or 1 − h. */
  binary_cross_entropy: (r, start, _m, _target, out) => {
    const h = Math.abs(r[start]);
    out[0] = h * (1 - h);
  },
  /**
   * diag(p) − ppᵀ, p = r + e_y. The diagonal is summed as pⱼ·Σ_{l ≠ j} pₗ, which keeps its precision where 1 − pⱼ would lose it,
   * and every row sum at 0.
   */
  softmax_cross_entropy: (r, start, m, target, out) => {
    for (let j = 0; j < m; j++) {
      const pj = r[start + j] + (j === target ? 1 : 0);
      let diagonal = 0;
      for (let l = 0; l < m; l++) {
        if (l === j) continue;
        const product = pj * (r[start + l] + (l === target ? 1 : 0));
        out[j * m + l] = -product;
        diagonal += product;
      }
      out[j * m + j] = diagonal;
    }
  },
};
