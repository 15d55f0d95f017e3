/** The curvature of every loss, by finite differences of its gradient and at the edges. */
import { describe, expect, it } from 'vitest';
import { losses, lossNames } from '../../../../src/math/losses/index.ts';
import { curvatures } from '../../../../src/math/solvers/curvature.ts';
import { centralDifference, gradientError, gradientTolerance } from '../finite-difference.ts';
import { normals } from './glm-problems.ts';

it('every loss has its curvature', () => {
  expect(Object.keys(curvatures).sort()).toEqual([...lossNames].sort());
});

describe.each(lossNames)('%s', (name) => {
  const m = losses[name].isScalar ? 1 : 4;
  const targets = Array.from({ length: Math.max(2, m) }, (_, target) => target);

  function gradientAt(z: Float64Array, target: number): Float64Array {
    const gradient = new Float64Array(m);
    losses[name].row(z, 0, m, target, gradient, 1);
    return gradient;
  }

  function curvatureAt(z: Float64Array, target: number): Float64Array {
    const out = new Float64Array(m * m).fill(99);
    // The row stands in the middle of a group: its neighbours must not count.
    const r = new Float64Array(m + 4).fill(99);
    r.set(gradientAt(z, target), 2);
    curvatures[name](r, 2, m, target, out);
    return out;
  }

  it('is the derivative of the gradient', () => {
    for (const spread of [0, 1, 5]) {
      for (const target of targets) {
        const z = normals(m, 7).map((value) => spread * value);
        const curvature = curvatureAt(z, target);
        for (let c = 0; c < m; c++) {
          for (let e = 0; e < m; e++) {
            const numeric = centralDifference((value) => gradientAt(z.with(e, value), target)[c], z[e]);
            expect(gradientError(curvature[c * m + e], numeric)).toBeLessThan(gradientTolerance);
          }
        }
      }
    }
  });

  it('is finite and not negative on the diagonal at logits of ±1000', () => {
    for (const target of targets) {
      for (let high = 0; high < m; high++) {
        for (const size of [1000, -1000]) {
          const z = Float64Array.from({ length: m }, (_, j) => (j === high ? size : -size));
          const curvature = curvatureAt(z, target);
          expect(curvature.every(Number.isFinite)).toBe(true);
          for (let c = 0; c < m; c++) expect(curvature[c * m + c]).toBeGreaterThanOrEqual(0);
        }
      }
    }
  });
});

it('keeps the small curvature of a right and confident answer', () => {
  // h(1 − h) at z = 50 is e⁻⁵⁰ to 1e-21 of itself; 1 − h computed the plain way is 0.
  const out = new Float64Array(9);
  const gradient = new Float64Array(3);
  losses.binary_cross_entropy.row(Float64Array.of(50), 0, 1, 1, gradient, 1);
  curvatures.binary_cross_entropy(gradient, 0, 1, 1, out);
  expect(out[0] / 1.9287498479639178e-22).toBeCloseTo(1, 13);
  // p of the others: e⁻⁵⁰ each, so p(1 − p) of the first is 2e⁻⁵⁰.
  losses.softmax_cross_entropy.row(Float64Array.of(50, 0, 0), 0, 3, 0, gradient, 1);
  curvatures.softmax_cross_entropy(gradient, 0, 3, 0, out);
  expect(out[0] / (2 * 1.9287498479639178e-22)).toBeCloseTo(1, 13);
});
