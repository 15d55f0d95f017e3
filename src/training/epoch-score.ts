/** The cheap measures of an epoch: accuracy, or root mean squared error and R², from sums that the passes over the data gather. */
import type { EpochMetrics } from '../contracts/job.ts';
import { labelOf } from '../math/label-of.ts';
import type { FloatArray, Matrix } from '../math/matrix.ts';
import type { PreparedData, PreparedRows } from './prepare-data.ts';

/** What a pass over rows adds up. */
export interface ScoreSums {
  rows: number;
  /** Σ loss over the rows, without the penalty. */
  loss: number;
  /** Rows classified as what they are; stays 0 in a regression. */
  correct: number;
}

/** Metrics of a pass over all rows of one side, by their names in the history. */
export type EpochMeasure = (sums: ScoreSums) => EpochMetrics;

/** @param prefix `validation_` for the rows held back */
export function createEpochMeasure(
  { task, targetScaling }: Pick<PreparedData, 'task' | 'targetScaling'>,
  { target }: Pick<PreparedRows, 'target'>,
  prefix = '',
): EpochMeasure {
  if (task === 'classification') return ({ rows, correct }) => ({ [`${prefix}accuracy`]: correct / rows });
  const targetScale = targetScaling?.scale ?? 1;
  const spread = variance(target);
  return ({ rows, loss }) => {
    // The loss of a regression is ½(ŷ − y)².
    const mse = (2 * loss) / rows;
    const rmse = { [`${prefix}rmse`]: Math.sqrt(mse) * targetScale };
    // As in `regressionMetrics` it has no meaning for a constant target.
    return spread === 0 ? rmse : { ...rmse, [`${prefix}r2`]: 1 - mse / spread };
  };
}

/**
 * Rows that predict would give their own label.
 *
 * @param logits [n, m]
 * @param target class numbers, [≥ n]
 */
export function countCorrect({ data, rows, columns, stride }: Matrix, target: FloatArray): number {
  let correct = 0;
  for (let i = 0; i < rows; i++) if (labelOf(data, i * stride, columns) === target[i]) correct++;
  return correct;
}

/** Of the population; exactly 0 for equal values, whose mean may be off by a rounding. */
function variance(values: Float64Array): number {
  if (values.every((value) => value === values[0])) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length;
}
