/** The cheap measures of an epoch: accuracy or root mean squared error, from sums that the passes over the data gather. */
import type { EpochMetrics } from '../contracts/job.ts';
import type { Task } from '../contracts/model-config.ts';
import { labelOf } from '../math/label-of.ts';
import type { FloatArray, Matrix } from '../math/matrix.ts';

/** What a pass over rows adds up. */
export interface ScoreSums {
  rows: number;
  /** Σ loss over the rows, without the penalty. */
  loss: number;
  /** Rows classified as what they are; stays 0 in a regression. */
  correct: number;
}

/**
 * Metrics of a pass by their names in the history.
 *
 * @param targetScale target units of one unit of the scale that the model is fitted on
 * @param prefix      `validation_` for the rows held back
 */
export function epochMetrics(task: Task, sums: ScoreSums, targetScale: number, prefix = ''): EpochMetrics {
  if (task === 'classification') return { [`${prefix}accuracy`]: sums.correct / sums.rows };
  // The loss of a regression is ½(ŷ − y)².
  return { [`${prefix}rmse`]: Math.sqrt((2 * sums.loss) / sums.rows) * targetScale };
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
