/** How well predicted classes and probabilities fit the true classes: scikit-learn's definitions. */
import type { ClassificationMetrics } from '../../contracts/metrics.ts';
import type { Label } from '../../contracts/names.ts';
import { ShapeError } from '../../math/matrix.ts';
import { calibration } from './calibration.ts';
import { probabilityMetrics } from './probability-metrics.ts';

export interface ClassificationResult {
  /** The model's classes, in order; those without a row count too. */
  readonly classes: readonly Label[];
  /** Class number of each row, [n], n ≥ 1. */
  readonly trueCodes: ArrayLike<number>;
  readonly predictedCodes: ArrayLike<number>;
  /** Row-major [n, classes]; null for a model whose probabilities say no more than its labels. */
  readonly probabilities: Float64Array | null;
  /** Called before each class is ranked, a sort of all rows; may throw to stop. */
  readonly poll?: () => void;
}

type ClassMetrics = ClassificationMetrics['per_class'][number];

/**
 * Of each class: precision = hits / predicted, recall = hits / support, f1 = 2·hits / (predicted + support); 0 where the divisor is
 * 0. The macro averages are their plain means over all classes of the model.
 */
export function classificationMetrics(result: ClassificationResult): ClassificationMetrics {
  const { classes, trueCodes, predictedCodes, probabilities, poll = () => {} } = result;
  const rows = trueCodes.length;
  if (
    rows === 0 ||
    predictedCodes.length !== rows ||
    (probabilities?.length ?? rows * classes.length) !== rows * classes.length
  ) {
    throw new ShapeError(
      `classification metrics: expected n ≥ 1 codes twice and [n, ${classes.length}] probabilities, got ${rows}, ` +
        `${predictedCodes.length} and ${probabilities?.length}`,
    );
  }
  const confusion = confusionMatrix(classes.length, trueCodes, predictedCodes);
  const perClass = classes.map((label, code) => classMetrics(label, code, confusion));
  const macro = (pick: (metrics: ClassMetrics) => number) =>
    perClass.reduce((sum, metrics) => sum + pick(metrics), 0) / classes.length;
  return {
    rows,
    accuracy: confusion.reduce((hits, row, code) => hits + row[code], 0) / rows,
    ...(probabilities === null ? {} : probabilityMetrics(classes.length, trueCodes, probabilities, poll)),
    precision: macro((metrics) => metrics.precision),
    recall: macro((metrics) => metrics.recall),
    f1: macro((metrics) => metrics.f1),
    ...(probabilities === null
      ? {}
      : { calibration: calibration(classes.length, trueCodes, predictedCodes, probabilities) }),
    per_class: perClass,
    confusion_matrix: confusion,
  };
}

/** Rows by [true class][predicted class]. */
function confusionMatrix(
  classes: number,
  trueCodes: ArrayLike<number>,
  predictedCodes: ArrayLike<number>,
): number[][] {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < trueCodes.length; i++) confusion[trueCodes[i]][predictedCodes[i]]++;
  return confusion;
}

function classMetrics(label: Label, code: number, confusion: readonly (readonly number[])[]): ClassMetrics {
  const hits = confusion[code][code];
  const support = confusion[code].reduce((sum, count) => sum + count, 0);
  const predicted = confusion.reduce((sum, row) => sum + row[code], 0);
  return {
    label,
    support,
    precision: ratio(hits, predicted),
    recall: ratio(hits, support),
    f1: ratio(2 * hits, predicted + support),
  };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
