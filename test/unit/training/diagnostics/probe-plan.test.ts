/** Which rows and epochs the probe looks at. */
import { expect, it } from 'vitest';
import { drawProbe, isProbed, probeSize } from '../../../../src/training/diagnostics/probe-plan.ts';

it.each([
  [2, 2],
  [128, 128],
  [5_000, 128],
  [10_000, 157],
  [65_536, 1_024],
  [1_000_000, 1_024],
])('of %d training rows it takes %d', (rows, size) => {
  expect(probeSize(rows)).toBe(size);
  const drawn = drawProbe(rows, 7);
  expect(drawn.length).toBe(size);
  expect([...drawn]).toEqual([...new Set(drawn)].sort((a, b) => a - b));
  expect(drawn.at(-1)).toBeLessThan(rows);
});

it('draws the same rows for the same seed, and others for another', () => {
  expect(drawProbe(1_000, 1)).toEqual(drawProbe(1_000, 1));
  expect(drawProbe(1_000, 1)).not.toEqual(drawProbe(1_000, 2));
});

it('records each of the first hundred epochs, then about a hundred more, and the last', () => {
  const recorded = (epochs: number) =>
    Array.from({ length: epochs }, (_, i) => i + 1).filter((epoch) => isProbed(epoch, epochs));
  expect(recorded(100).length).toBe(100);
  expect(recorded(250).slice(98)).toEqual([
    99,
    100,
    ...Array.from({ length: 49 }, (_, i) => 102 + 3 * i),
    249,
    250,
  ]);
  expect(recorded(100_000).length).toBe(100 + 100);
});
