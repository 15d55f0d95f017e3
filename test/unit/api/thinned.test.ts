import fc from 'fast-check';
import { expect, it } from 'vitest';
import { thinned } from '../../../src/api/services/jobs.ts';

it('thins to so many items at even distances, with the first and the last', () => {
  expect(thinned([1, 2, 3, 4, 5], 3)).toEqual([1, 3, 5]);
  expect(thinned([1, 2], 5)).toEqual([1, 2]);
  expect(thinned([], 2)).toEqual([]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 2, max: 100 }), (length, count) => {
      const kept = thinned(
        Array.from({ length }, (_, i) => i),
        count,
      );
      expect(kept.length).toBe(Math.min(length, count));
      if (length > 0) expect([kept[0], kept.at(-1)]).toEqual([0, length - 1]);
      const steps = kept.slice(1).map((item, i) => item - kept[i]!);
      if (steps.length > 0) expect(Math.max(...steps) - Math.min(...steps)).toBeLessThanOrEqual(1);
      if (steps.length > 0) expect(Math.min(...steps)).toBeGreaterThan(0);
    }),
  );
});
