/** Loss and score of rows under a linear model, for an epoch's record. */
import type { Loss } from '../math/losses/index.ts';
import type { Matrix } from '../math/matrix.ts';
import { createPace } from '../math/pace.ts';
import { countCorrect, type ScoreSums } from './epoch-score.ts';
import type { PreparedRows } from './prepare-data.ts';

export interface LinearModelShape {
  /** Logits of a row. */
  readonly outputs: number;
  readonly fitIntercept: boolean;
  readonly rowLoss: Loss['row'];
}

/** Rows whose logits are held at once. */
const blockRows = 64;

/**
 * @returns a function of θ (W row-major [k, outputs], then b [outputs] with an intercept) to the sums over `rows`; `poll` is called
 *   every few milliseconds of its work and may throw
 */
export function createLinearScorer(
  { x, target, weights }: PreparedRows,
  { outputs, fitIntercept, rowLoss }: LinearModelShape,
  poll: () => void,
): (theta: Float64Array) => ScoreSums {
  const forEachBlock = createLinearLogits(x, outputs, fitIntercept, poll);
  return (theta) => {
    const sums: ScoreSums = { rows: x.rows, loss: 0, correct: 0 };
    forEachBlock(theta, (logits, start) => {
      const { data, rows, stride } = logits;
      sums.correct += countCorrect(logits, target.subarray(start));
      for (let i = 0; i < rows; i++) {
        const c = weights === null ? 1 : weights[start + i];
        sums.loss += c * rowLoss(data, i * stride, outputs, target[start + i], null, 1);
      }
    });
    return sums;
  };
}

/**
 * @returns a function of θ that shows the logits of the rows of x, block by block; each block holds until the next
 */
export function createLinearLogits(
  x: Matrix,
  outputs: number,
  fitIntercept: boolean,
  poll: () => void,
): (theta: Float64Array, look: (logits: Matrix, start: number) => void) => void {
  const block = new Float64Array(blockRows * outputs);
  const pace = createPace(poll);
  return (theta, look) => {
    const bias = fitIntercept ? theta.subarray(x.columns * outputs) : new Float64Array(outputs);
    for (let start = 0; start < x.rows; start += blockRows) {
      const rows = Math.min(blockRows, x.rows - start);
      pace(rows * x.columns * outputs);
      for (let i = 0; i < rows; i++) rowLogits(x, start + i, theta, bias, block, i * outputs);
      look({ data: block, rows, columns: outputs, stride: outputs }, start);
    }
  };
}

/** out[at … at + outputs) = Wᵀ·x[row] + b. */
function rowLogits(
  x: Matrix,
  row: number,
  theta: Float64Array,
  bias: Float64Array,
  out: Float64Array,
  at: number,
) {
  const outputs = bias.length;
  out.set(bias, at);
  for (let j = 0, cell = row * x.stride; j < x.columns; j++, cell++) {
    const value = x.data[cell];
    for (let c = 0, w = j * outputs; c < outputs; c++, w++) out[at + c] += value * theta[w];
  }
}
