/** Regression metrics against an independent computation, and where they are undefined. */
import { describe, expect, it } from 'vitest';
import { regressionMetrics } from '../../../../src/training/metrics/regression-metrics.ts';

// numpy 2.4.6, default_rng(20240607): y = round(normal(100, 15, 12), 2), ŷ = round(y + normal(2, 5, 12), 2).
const truth = [131.14, 109.23, 95.62, 91.14, 114.03, 84.63, 99.89, 115.67, 104.92, 86.56, 102.65, 101.93];
const predicted = [125.32, 119.53, 88.54, 89.55, 116.78, 82.7, 101.59, 115.55, 112.55, 89.62, 109.09, 106.89];

const measure = (y: readonly number[], prediction: readonly number[]) =>
  regressionMetrics(Float64Array.from(y), Float64Array.from(prediction));

describe('regressionMetrics', () => {
  it('agrees with numpy', () => {
    const metrics = measure(truth, predicted);
    // Values of the order of 100: the sums round in the thirteenth digit.
    expect(metrics.rows).toBe(12);
    expect(metrics.mse).toBeCloseTo(28.37203333333331, 12);
    expect(metrics.rmse).toBeCloseTo(5.326540465755734, 13);
    expect(metrics.mae).toBeCloseTo(4.4483333333333315, 13);
    expect(metrics.r2).toBeCloseTo(0.8236097541364115, 13);
    expect(metrics.explained_variance).toBeCloseTo(0.8414013001389515, 13);
  });

  it('forgives an offset in explained_variance and not in r2', () => {
    expect(measure([1, 2, 3], [2, 3, 4])).toMatchObject({ explained_variance: 1, r2: -0.5 });
  });

  it('has neither for a constant target, though its mean may round, nor for one row', () => {
    const constant = new Array(10).fill(0.1);
    const wrong = new Array(10).fill(0.2);
    expect(measure(constant, wrong)).toMatchObject({ r2: null, explained_variance: null });
    expect(measure([5], [4])).toEqual({
      rows: 1,
      mse: 1,
      rmse: 1,
      mae: 1,
      r2: null,
      explained_variance: null,
    });
  });

  it('refuses what overflows when squared', () => {
    expect(() => measure([1e200, 0], [0, 0])).toThrow(expect.objectContaining({ code: 'unsupported_data' }));
  });

  it('refuses arrays of different lengths, and no rows', () => {
    expect(() => measure([1], [1, 2])).toThrow('got [1] and [2]');
    expect(() => measure([], [])).toThrow('n ≥ 1');
  });
});
