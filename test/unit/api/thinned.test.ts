/** What is left of a curve that is thinned. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thinned } from '../../../src/api/services/thinned.ts';

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

describe('a curve', () => {
  interface Point {
    readonly i: number;
    readonly loss: number;
    readonly validation: number | null;
  }
  const series = [({ loss }: Point) => loss, ({ validation }: Point) => validation];
  const curve = (length: number, loss: (i: number) => number, validation: (i: number) => number | null) =>
    Array.from({ length }, (_, i): Point => ({ i, loss: loss(i), validation: validation(i) }));

  it('keeps the lowest and the highest of each series, whatever the count leaves room for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ noNaN: true }), fc.option(fc.double({ noNaN: true }))), {
          maxLength: 300,
        }),
        fc.integer({ min: 6, max: 120 }),
        (values, count) => {
          const points = values.map(([loss, validation], i) => ({ i, loss, validation }));
          const kept = thinned(points, count, series);
          expect(kept.length).toBeLessThanOrEqual(count);
          expect(kept).toEqual(kept.toSorted((a, b) => a.i - b.i));
          if (points.length > 0) expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)]);
          for (const read of series) {
            const all = points.map(read).filter((value) => value !== null);
            const left = kept.map(read).filter((value) => value !== null);
            if (all.length === 0) continue;
            expect(Math.min(...left)).toBe(Math.min(...all));
            expect(Math.max(...left)).toBe(Math.max(...all));
          }
        },
      ),
    );
  });

  it('keeps a spike of one epoch in every stretch', () => {
    const spikes = new Set([33, 470, 511, 790, 998]);
    const points = curve(
      1_000,
      (i) => (spikes.has(i) ? 5 : 1 / (i + 1)),
      (i) => (i === 400 ? -1 : 1),
    );
    const kept = new Set(thinned(points, 100, series).map(({ i }) => i));
    for (const spike of spikes) expect(kept).toContain(spike);
    expect(kept).toContain(400);
  });

  it('stays evenly spread where it only falls', () => {
    const points = curve(
      100,
      (i) => 100 - i,
      () => null,
    );
    expect(thinned(points, 5, series).map(({ i }) => i)).toEqual([0, 25, 50, 74, 99]);
  });
});
