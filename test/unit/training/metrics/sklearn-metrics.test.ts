/** The metrics against scikit-learn's own: ties, certain errors, macro averages, a class that is never predicted. */
import { describe, expect, it } from 'vitest';
import { classificationMetrics } from '../../../../src/training/metrics/classification-metrics.ts';
import { regressionMetrics } from '../../../../src/training/metrics/regression-metrics.ts';
import goldens from './goldens/sklearn-metrics.json' with { type: 'json' };

/** Sums are in another order than numpy's pairwise one; log loss there is of probabilities that add up to 1 ± 3·2⁻⁵². */
const tolerance = 1e-13;

function expectClose(actual: number | null | undefined, expected: number): void {
  expect(Math.abs(actual! - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
}

describe('classification metrics are those of scikit-learn', () => {
  it.each(Object.entries(goldens.classification))('%s', (_, golden) => {
    const actual = classificationMetrics({
      classes: Array.from({ length: golden.classes }, (_unused, code) => code),
      trueCodes: golden.truth,
      predictedCodes: golden.predicted,
      probabilities: Float64Array.from(golden.probabilities),
    });
    for (const name of Object.keys(golden.expected) as (keyof typeof golden.expected)[]) {
      expectClose(actual[name], golden.expected[name]);
    }
    if (golden.brier !== null) expectClose(actual.brier, golden.brier);
    expect(actual.confusion_matrix).toEqual(golden.confusion_matrix);
    actual.per_class.forEach((metrics, code) => {
      for (const name of ['precision', 'recall', 'f1'] as const) {
        expectClose(metrics[name], golden.per_class[name][code]);
      }
    });
  });
});

describe('regression metrics are those of scikit-learn', () => {
  it.each(Object.entries(goldens.regression))('%s', (_, { truth, predicted, expected }) => {
    const actual = regressionMetrics(Float64Array.from(truth), Float64Array.from(predicted));
    for (const name of Object.keys(expected) as (keyof typeof expected)[]) {
      expectClose(actual[name], expected[name]);
    }
  });
});
