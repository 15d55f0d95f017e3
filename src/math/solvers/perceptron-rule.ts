/** Rosenblatt's perceptron rule, the ancestor: it learns only from the rows that it gets wrong. */
import type { Matrix } from '../matrix.ts';

export interface PerceptronPass {
  /** Design matrix [n, k]. */
  readonly x: Matrix;
  /** Class numbers, [n]. */
  readonly target: Float64Array;
  /** c, what each row's correction is multiplied by, [n]; null for ones. */
  readonly rowWeights: Float64Array | null;
  /** 1 for two classes (it fires for class 1); else one for each class, against the rest. */
  readonly outputs: number;
  /** Row numbers in the order of the visit. */
  readonly order: Uint32Array;
  /** W row-major [k, outputs]; changed in place. Starts at 0. */
  readonly weights: Float64Array;
  /** b [outputs]; changed in place unless `fitIntercept` is false. */
  readonly bias: Float64Array;
  readonly fitIntercept: boolean;
}

/** What passes add up, row after row: an epoch in several passes comes to the same bits as in one. */
export interface PerceptronSums {
  /** Rows on which any output erred, as they were visited. */
  mistakes: number;
  /** Perceptron criterion as seen during the visit: Σᵢ cᵢ·max(0, −y·z), for every output. */
  criterion: number;
}

/**
 * Visits rows, and adds to `sums`. An output fires when z = wᵀx + b > 0; where that is not what y = ±1 says, w := w + c·y·x and
 * b := b + c·y. The learning rate is 1: from 0, any other only scales the weights.
 *
 * @see Rosenblatt 1958; Bishop, PRML, eq. 4.54 and 4.55
 */
export function perceptronPass(pass: PerceptronPass, sums: PerceptronSums): void {
  const { target, rowWeights, outputs, order } = pass;
  for (const row of order) {
    let erred = false;
    const weight = rowWeights === null ? 1 : rowWeights[row];
    for (let c = 0; c < outputs; c++) {
      const y = target[row] === (outputs === 1 ? 1 : c) ? 1 : -1;
      const z = logit(pass, row, c);
      // A z that overflowed is no answer: it counts as a mistake, and makes the loss non-finite.
      if (Number.isFinite(z) && z > 0 === y > 0) continue;
      erred = true;
      sums.criterion += weight * Math.abs(z);
      correct(pass, row, c, weight * y);
    }
    if (erred) sums.mistakes++;
  }
}

function logit({ x, weights, bias, outputs }: PerceptronPass, row: number, c: number): number {
  let z = bias[c];
  for (let j = 0, at = row * x.stride; j < x.columns; j++) z += x.data[at + j] * weights[j * outputs + c];
  return z;
}

function correct(
  { x, weights, bias, outputs, fitIntercept }: PerceptronPass,
  row: number,
  c: number,
  step: number,
): void {
  for (let j = 0, at = row * x.stride; j < x.columns; j++) weights[j * outputs + c] += step * x.data[at + j];
  if (fitIntercept) bias[c] += step;
}
