/** Dropout: in training each hidden unit is left out of a row with some probability, so that none can lean on another. */
import type { Kernels } from './kernels/kernels.ts';
import type { Matrix } from './matrix.ts';
import type { Random } from './random.ts';
import { viewsByRows } from './views-by-rows.ts';

/** The dropout of one layer, in memory that is made once. */
export interface Dropout {
  /** a ⊙ r [n, m] for a new r, drawn row by row; holds until the next call. `a` stays as it is: f′ may be a function of it. */
  forward(a: Matrix, random: Random): Matrix;
  /** In place, da := da ⊙ r with the r of the last `forward`. */
  backward(da: Matrix): void;
}

/**
 * Inverted dropout: r is 0 with probability p, else 1/(1 − p), so that a ⊙ r is a on average and predicting needs no factor. p is
 * taken to 32 bits.
 *
 * @param rate p, 0 < p < 1
 * @see Srivastava et al., Dropout, 2014, section 10
 */
export function createDropout(rate: number, outputs: number, maxBatch: number, kernels: Kernels): Dropout {
  const length = maxBatch * kernels.strideOf(outputs);
  const factorBlock = kernels.allocate(length);
  const droppedBlock = kernels.allocate(length);
  const viewsOf = viewsByRows((rows) => ({
    factors: kernels.matrix(rows, outputs, factorBlock),
    dropped: kernels.matrix(rows, outputs, droppedBlock),
  }));

  return {
    forward(a, random) {
      const { factors, dropped } = viewsOf(a.rows);
      kernels.drawFactors(random, rate, factors);
      kernels.multiplyElements(a, factors, dropped);
      return dropped;
    },
    backward(da) {
      kernels.multiplyElements(da, viewsOf(da.rows).factors, da);
    },
  };
}
