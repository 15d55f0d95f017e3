/** Range, mean and deviation of every length of column, and of values that a careless sum would lose. */
import { expect, it } from 'vitest';
import { spreadOf } from '../../../../src/data/preprocessing/spread.ts';
import { createRandom } from '../../../../src/math/random.ts';

it('is that of the textbook, whatever the length', () => {
  const random = createRandom(1);
  for (const count of [1, 2, 3, 4, 5, 7, 8, 1001]) {
    const values = Float64Array.from({ length: count }, () => 10 + random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    const spread = spreadOf(values);
    expect(spread.min).toBe(Math.min(...values));
    expect(spread.max).toBe(Math.max(...values));
    expect(spread.mean).toBeCloseTo(mean, 13);
    expect(spread.deviation).toBeCloseTo(Math.sqrt(variance), 13);
  }
});

it('keeps the digits of a small spread about a large mean, and of a constant', () => {
  const far = Float64Array.from({ length: 1000 }, (_, i) => 1e15 + (i % 2));
  expect(spreadOf(far)).toEqual({ min: 1e15, max: 1e15 + 1, mean: 1e15 + 0.5, deviation: 0.5 });
  expect(spreadOf(new Float64Array(9).fill(0.1))).toEqual({ min: 0.1, max: 0.1, mean: 0.1, deviation: 0 });
});

it('neither over- nor underflows in the squares', () => {
  for (const size of [1e200, 1e-200, 5e-324]) {
    expect(spreadOf(Float64Array.of(-size, size, size, -size)).deviation / size).toBeCloseTo(1, 14);
  }
});

it('has a mean of NaN when a value is missing, wherever it stands', () => {
  for (let i = 0; i < 9; i++) {
    const values = new Float64Array(9).fill(3);
    values[i] = Number.NaN;
    expect(spreadOf(values).mean).toBeNaN();
  }
});
