/** Statistics of a stream of numbers against exact arithmetic. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberStatistics } from '../../../../src/data/profile/number-statistics.ts';

function statisticsOf(values: readonly number[], chunk = 3): NumberStatistics {
  const statistics = new NumberStatistics();
  for (let first = 0; first < values.length; first += chunk) {
    statistics.add(Float64Array.from(values.slice(first, first + chunk)));
  }
  return statistics;
}

/** Mean and population standard deviation of integers, exact until the last step. */
function exactly(values: readonly number[]): { mean: number; std: number } {
  const n = BigInt(values.length);
  const sum = values.reduce((total, value) => total + BigInt(value), 0n);
  const squares = values.reduce((total, value) => total + BigInt(value) ** 2n, 0n);
  return {
    mean: Number(sum) / values.length,
    std: Math.sqrt(Number(n * squares - sum ** 2n)) / values.length,
  };
}

/** Chunks and merges take some ten roundings of half a unit each, and few of them point the same way. */
const roundings = 1e-14;

describe('the statistics of numbers', () => {
  it('are those of exact arithmetic, however large the common offset and however the stream is cut', () => {
    const offset = fc.constantFrom(0, 1e6, -1e12, 4e15);
    const small = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(offset, small, fc.integer({ min: 1, max: 50 }), (shift, deviations, chunk) => {
        const values = deviations.map((value) => value + shift);
        const { mean, std, min, max, distinct, count, isIntegral } = statisticsOf(values, chunk);
        const exact = exactly(values);
        // The mean of what nearly cancels is no more exact than its terms.
        const greatest = Math.max(...values.map(Math.abs));
        expect(Math.abs(mean - exact.mean)).toBeLessThanOrEqual(roundings * greatest);
        expect(Math.abs(std - exact.std)).toBeLessThanOrEqual(1e-12 * exact.std);
        expect({ min, max, distinct: distinct?.size, count, isIntegral }).toEqual({
          min: Math.min(...values),
          max: Math.max(...values),
          distinct: new Set(values).size,
          count: values.length,
          isIntegral: true,
        });
      }),
    );
  });

  it('pass over missing values, chunks of nothing else included', () => {
    const { NaN: missing } = Number;
    const statistics = statisticsOf([missing, missing, missing, 1, missing, 3, missing]);
    expect(statistics).toMatchObject({ count: 2, missing: 5, min: 1, max: 3, mean: 2, std: 1 });
  });

  it.each<[string, number[], number, number]>([
    ['the greatest doubles', [Number.MAX_VALUE, -Number.MAX_VALUE], 0, Number.MAX_VALUE],
    [
      'the greatest doubles, one of them twice',
      [Number.MAX_VALUE, -Number.MAX_VALUE, -Number.MAX_VALUE],
      -Number.MAX_VALUE / 3,
      Number.MAX_VALUE * Math.sqrt(8 / 9),
    ],
    ['the greatest double alone', [Number.MAX_VALUE, Number.MAX_VALUE], Number.MAX_VALUE, 0],
    ['squares that overflow', [3e200, 1e200], 2e200, 1e200],
    ['squares that vanish', [3e-200, 1e-200], 2e-200, 1e-200],
    ['the least doubles', [3 * 2 ** -1074, 2 ** -1074], 2 ** -1073, 2 ** -1074],
    ['growth from tiny to huge', [1e-300, 2e300], 1e300, 1e300],
    ['growth from zero to tiny', [0, 2e-150], 1e-150, 1e-150],
    ['growth past where tiny ends', [6e-101, 18e-101], 12e-101, 6e-101],
    ['growth past where huge begins', [6e99, 18e99], 12e99, 6e99],
  ])('hold for %s', (_name, values, mean, std) => {
    const statistics = statisticsOf(values, 1);
    // 1e-15 of the value: one unit or two in the last place.
    expect(Math.abs(statistics.mean - mean)).toBeLessThanOrEqual(1e-15 * Math.abs(mean));
    expect(Math.abs(statistics.std - std)).toBeLessThanOrEqual(1e-15 * std);
  });

  it('see one zero in 0 and −0', () => {
    expect(statisticsOf([0, -0]).distinct?.size).toBe(1);
  });

  it('know fractions from whole numbers, and those of 1e300 are whole', () => {
    expect(statisticsOf([1, 2.5]).isIntegral).toBe(false);
    expect(statisticsOf([1e300, -3]).isIntegral).toBe(true);
  });

  it('count 100,000 distinct values and give up at the next', () => {
    const statistics = new NumberStatistics();
    statistics.add(Float64Array.from({ length: 100_000 }, (_, index) => index));
    expect(statistics.distinct?.size).toBe(100_000);
    statistics.add(Float64Array.of(0, 0.5));
    expect(statistics.distinct).toBeNull();
    statistics.add(Float64Array.of(1));
    expect(statistics).toMatchObject({ distinct: null, count: 100_003 });
  });
});
