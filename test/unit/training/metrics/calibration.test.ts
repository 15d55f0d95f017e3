/** Bins of predicted probabilities, against counts by hand. */
import { expect, it } from 'vitest';
import { calibration } from '../../../../src/training/metrics/calibration.ts';

it('bins two classes by the probability of the second, an edge in the lower bin as numpy has it', () => {
  const p = [0, 0.1, 0.1000001, 0.3, 0.75, 0.78, 1];
  const truth = [0, 1, 1, 0, 1, 0, 1];
  const probabilities = Float64Array.from(p.flatMap((value) => [1 - value, value]));
  const bins = calibration(2, truth, truth, probabilities);
  expect(bins.map(({ lower, rows, observed }) => [lower, rows, observed])).toEqual([
    [0, 2, 0.5],
    [0.1, 1, 1],
    // numpy's edge is 3 · 0.1 = 0.30000000000000004.
    [0.2, 1, 0],
    [0.7, 2, 0.5],
    [0.9, 1, 1],
  ]);
  expect(bins[3].mean_predicted).toBeCloseTo(0.765, 12);
});

it('bins more classes by the probability of the predicted one', () => {
  const probabilities = Float64Array.of(0.5, 0.3, 0.2, 0.1, 0.45, 0.45, 0.05, 0.05, 0.9);
  const bins = calibration(3, [0, 2, 2], [0, 1, 2], probabilities);
  expect(bins).toEqual([
    { lower: 0.4, upper: 0.5, rows: 2, mean_predicted: 0.475, observed: 0.5 },
    { lower: 0.8, upper: 0.9, rows: 1, mean_predicted: 0.9, observed: 1 },
  ]);
});
