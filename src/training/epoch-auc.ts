/** How well the rows held back are ranked after an epoch: the area under the ROC curve, where it is cheap enough for each epoch. */
import type { EpochMetrics } from '../contracts/job.ts';
import type { Matrix } from '../math/matrix.ts';
import { classHead } from './heads.ts';
import { rocAuc } from './metrics/probability-metrics.ts';
import type { PreparedData } from './prepare-data.ts';

/** Probabilities to sort: 10 ms an epoch. */
const mostScores = 2 ** 17;

export interface EpochRanking {
  /** Takes in the logits [n, C] of the rows from `start` on. */
  add(logits: Matrix, start: number): void;
  /** `validation_roc_auc`, once all rows of the epoch were added; nothing where a class has no row or a logit is not finite. */
  take(): EpochMetrics;
}

/** @returns null for a regression, without rows held back, and for more than 131,072 rows × classes: at the end it is measured anyway */
export function createEpochRanking({
  classes,
  outputs,
  validation,
}: Pick<PreparedData, 'classes' | 'outputs' | 'validation'>): EpochRanking | null {
  if (classes === null || validation === null) return null;
  const { length: width } = classes;
  const rows = validation.x.rows;
  if (rows * width > mostScores) return null;
  const probabilities = new Float64Array(rows * width);
  const { write } = classHead(outputs);
  return {
    add({ data, rows: count, stride }, start) {
      for (let i = 0; i < count; i++) write(data, i * stride, probabilities, (start + i) * width);
    },
    take() {
      const metrics: EpochMetrics = {};
      if (!probabilities.every(Number.isFinite)) return metrics;
      const area = rocAuc(width, validation.truth, probabilities);
      if (area !== null) metrics.validation_roc_auc = area;
      return metrics;
    },
  };
}
