/** Every loss of the registry: gradient, edges, and the definitions written out. */
import { describe, expect, it } from 'vitest';
import { type LossName, losses, lossNames } from '../../../src/math/losses/index.ts';
import { createRandom } from '../../../src/math/random.ts';
import { centralDifference, gradientError, gradientTolerance } from './finite-difference.ts';

const sizesOf = (name: LossName) => (losses[name].isScalar ? [1] : [2, 3, 7]);
/** Class numbers are targets of every loss: those of the scalar ones are 0 and 1. */
const targetsOf = (m: number) => Array.from({ length: Math.max(2, m) }, (_, target) => target);
const lossOf = (name: LossName, logits: readonly number[], target: number) =>
  losses[name].row(Float64Array.from(logits), 0, logits.length, target, null, 1);

function gradientOf(name: LossName, logits: readonly number[], target: number, scale = 1): number[] {
  const gradient = new Float64Array(logits.length).fill(99);
  losses[name].row(Float64Array.from(logits), 0, logits.length, target, gradient, scale);
  return [...gradient];
}

describe.each(lossNames)('%s', (name) => {
  it('has the gradient that finite differences give', () => {
    const random = createRandom(3);
    for (const m of sizesOf(name)) {
      for (const target of targetsOf(m)) {
        for (const spread of [0, 1, 10]) {
          const logits = Array.from({ length: m }, () => spread * random.normal());
          const gradient = gradientOf(name, logits, target);
          for (let j = 0; j < m; j++) {
            const numeric = centralDifference((z) => lossOf(name, logits.with(j, z), target), logits[j]);
            expect(gradientError(gradient[j], numeric)).toBeLessThan(gradientTolerance);
          }
        }
      }
    }
  });

  it('is finite and not negative at logits of ±1000, and so is its gradient', () => {
    for (const m of sizesOf(name)) {
      for (const target of targetsOf(m)) {
        for (let high = 0; high < m; high++) {
          for (const size of [1000, -1000]) {
            const logits = Array.from({ length: m }, (_, j) => (j === high ? size : -size));
            expect(lossOf(name, logits, target)).toBeGreaterThanOrEqual(0);
            expect(lossOf(name, logits, target)).toBeLessThan(Number.POSITIVE_INFINITY);
            expect(gradientOf(name, logits, target).every(Number.isFinite)).toBe(true);
          }
        }
      }
    }
  });

  it('is NaN where a logit is: nothing hides a diverged network', () => {
    for (const m of sizesOf(name)) {
      for (let j = 0; j < m; j++) {
        expect(lossOf(name, new Array(m).fill(1).with(j, Number.NaN), 0)).toBeNaN();
      }
    }
  });

  it('scales the gradient and overwrites exactly its own row', () => {
    const m = sizesOf(name).at(-1)!;
    const logits = Array.from({ length: m }, (_, j) => 0.3 * j - 0.7);
    const padded = Float64Array.from([9, 9, ...logits, 9]);
    const gradient = new Float64Array(m + 3).fill(7);
    const value = losses[name].row(padded, 2, m, 1, gradient, 0.25);
    expect(value).toBe(lossOf(name, logits, 1));
    expect([...gradient]).toEqual([7, 7, ...gradientOf(name, logits, 1).map((g) => g / 4), 7]);
  });
});

it('binary cross entropy is −y·ln h − (1 − y)·ln(1 − h)', () => {
  const h = 1 / (1 + Math.exp(-0.4));
  expect(lossOf('binary_cross_entropy', [0.4], 1)).toBeCloseTo(-Math.log(h), 14);
  expect(lossOf('binary_cross_entropy', [0.4], 0)).toBeCloseTo(-Math.log(1 - h), 14);
});

it('cross entropies of a right and confident answer keep their small value', () => {
  // e⁻⁵⁰ to 1e-14 of itself; log(1 + e⁻⁵⁰) computed the plain way is 0.
  const small = 1.9287498479639178e-22;
  expect(lossOf('binary_cross_entropy', [50], 1) / small).toBeCloseTo(1, 13);
  expect(lossOf('binary_cross_entropy', [-50], 0) / small).toBeCloseTo(1, 13);
  expect(gradientOf('binary_cross_entropy', [50], 1)[0] / -small).toBeCloseTo(1, 13);
  expect(lossOf('softmax_cross_entropy', [50, 0], 0) / small).toBeCloseTo(1, 13);
});

it('softmax of two classes is the binary loss of the difference of the logits', () => {
  for (const [z0, z1] of [
    [0, 0],
    [1, -2],
    [-30, 4],
  ] as const) {
    for (const target of [0, 1]) {
      const binary = lossOf('binary_cross_entropy', [z1 - z0], target);
      expect(lossOf('softmax_cross_entropy', [z0, z1], target)).toBeCloseTo(binary, 12);
      const [slope] = gradientOf('binary_cross_entropy', [z1 - z0], target);
      expect(gradientOf('softmax_cross_entropy', [z0, z1], target)[1]).toBeCloseTo(slope, 14);
    }
  }
});

it('softmax does not change when all logits shift, and its gradient sums to 0', () => {
  const logits = [0.5, -1.25, 3, 0];
  const shifted = logits.map((z) => z + 1024);
  expect(lossOf('softmax_cross_entropy', shifted, 1)).toBe(lossOf('softmax_cross_entropy', logits, 1));
  const sum = gradientOf('softmax_cross_entropy', logits, 1).reduce((total, g) => total + g, 0);
  expect(Math.abs(sum)).toBeLessThan(1e-15);
});

it('half squared error is ½(ŷ − y)²', () => {
  expect(lossOf('half_squared_error', [3], -1)).toBe(8);
  expect(gradientOf('half_squared_error', [3], -1)).toEqual([4]);
});
