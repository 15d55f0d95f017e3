/** How far predicted values are from the true ones: scikit-learn's definitions. */
import type { RegressionMetrics } from '../../contracts/metrics.ts';
import { JobFailure } from '../../errors.ts';
import { ShapeError } from '../../math/matrix.ts';

/**
 * e = y − ŷ, ē its mean, ȳ the mean of y:
 * mse = (1/n) Σ e² · rmse = √mse · mae = (1/n) Σ |e| · r2 = 1 − Σ e² / Σ (y − ȳ)² · explained_variance = 1 − Σ (e − ē)² / Σ (y − ȳ)².
 * The last two are null for a constant target or a single row, where scikit-learn puts 0, 1 or NaN.
 *
 * @param truth     y, [n], n ≥ 1
 * @param predicted ŷ, [n], in the same units
 * @throws JobFailure `unsupported_data` when a square or a sum overflows
 */
export function regressionMetrics(truth: Float64Array, predicted: Float64Array): RegressionMetrics {
  const rows = truth.length;
  if (rows === 0 || predicted.length !== rows) {
    throw new ShapeError(
      `regression metrics: expected two arrays of n ≥ 1, got [${rows}] and [${predicted.length}]`,
    );
  }
  const errors = truth.map((y, i) => y - predicted[i]);
  const squares = sumOfSquares(errors, 0);
  const spread = sumOfSquares(truth, mean(truth));
  const mse = squares / rows;
  const metrics = {
    rows,
    mse,
    rmse: Math.sqrt(mse),
    mae: mean(errors.map(Math.abs)),
    // Not `spread === 0`: the mean of equal values may be off by a rounding.
    ...(truth.every((y) => y === truth[0])
      ? { r2: null, explained_variance: null }
      : { r2: 1 - squares / spread, explained_variance: 1 - sumOfSquares(errors, mean(errors)) / spread }),
  };
  for (const [name, value] of Object.entries(metrics)) {
    if (value !== null && !Number.isFinite(value))
      throw new JobFailure(
        'unsupported_data',
        `${name} overflows: the errors or the target are too large to be squared`,
      );
  }
  return metrics;
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function sumOfSquares(values: Float64Array, center: number): number {
  let sum = 0;
  for (const value of values) sum += (value - center) * (value - center);
  return sum;
}
