/** Order statistics picked without a sort are those of the sorted values, whatever the values look like. */
import { describe, expect, it } from 'vitest';
import { neighbours } from '../../../../src/data/preprocessing/neighbours.ts';
import { createRandom } from '../../../../src/math/random.ts';

const random = createRandom(4);
const count = 20_000;
const make = (value: (i: number) => number) => Float64Array.from({ length: count }, (_, i) => value(i));

const samples: Record<string, Float64Array> = {
  'normal values': make(() => random.normal()),
  ascending: make((i) => i),
  descending: make((i) => -i),
  'a saw whose period is that of the sample': make((i) => i % Math.floor(Math.sqrt(count) / 16)),
  'one value': make(() => 7),
  'two values': make((i) => i % 2),
  'ten values': make(() => random.below(10)),
  'mostly one value': make((i) => (i % 50 === 0 ? random.normal() : 0)),
  'a far outlier': make((i) => (i === 3 ? 1e300 : random.uniform())),
  'both zeros': make((i) => (i % 2 === 0 ? 0 : -0)),
};

describe.each(Object.entries(samples))('%s', (_what, values) => {
  it('at every kind of index', () => {
    const before = values.slice();
    const sorted = values.slice().sort();
    const indices = [0, 1, 500, 4_999, 9_999, 10_000, 14_999, count - 2, count - 1];
    for (const index of indices) {
      const [low, high] = neighbours(values, index);
      // 0 and −0 are one value, in whatever order.
      expect(low + 0).toBe(sorted[index] + 0);
      expect(high + 0).toBe(sorted[Math.min(index + 1, count - 1)] + 0);
    }
    expect(values).toEqual(before);
  });
});

it('of few values, by a sort', () => {
  expect(neighbours(Float64Array.of(3, 1, 2), 1)).toEqual([2, 3]);
  expect(neighbours(Float64Array.of(5), 0)).toEqual([5, 5]);
});
