/** The pivoted Cholesky factor: the matrix it came from, its rank, and the triangles it solves. */
import { describe, expect, it } from 'vitest';
import {
  factorSemidefinite,
  rankTolerance,
  solveLower,
  solveLowerTransposed,
} from '../../../../src/math/linear-algebra/pivoted-cholesky.ts';
import { createPace } from '../../../../src/math/pace.ts';
import { noPace, scaled, semidefinite } from './semidefinite-matrices.ts';

/** All ranks of a size that has whole groups of four rows, a tail, and neither. */
const shapes = [1, 2, 3, 5, 9].flatMap((size) => Array.from({ length: size + 1 }, (_, rank) => [size, rank]));

describe.each(shapes)('size %d, rank %d', (size, rank) => {
  const a = semidefinite(size, rank, size * 16 + rank);
  const factor = factorSemidefinite(a.slice(), size, noPace)!;

  it('finds the rank, and an order that is a permutation', () => {
    expect(factor.rank).toBe(rank);
    expect([...factor.order].sort((i, j) => i - j)).toEqual(Array.from({ length: size }, (_, i) => i));
  });

  it('multiplies back to PᵀSASP', () => {
    const { lower, order, scale } = factor;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        let product = 0;
        for (let t = 0; t < Math.min(j + 1, rank); t++) product += lower[i * size + t] * lower[j * size + t];
        const value = a[order[i] * size + order[j]] * scale[order[i]] * scale[order[j]];
        // Of a matrix with a unit diagonal: some ulps per column.
        expect(Math.abs(product - value)).toBeLessThan(1e-14);
      }
    }
  });

  it('has pivots that only go down', () => {
    for (let t = 1; t < rank; t++) {
      const [above, below] = [t - 1, t].map((i) => factor.lower[i * size + i]);
      // Equal but for rounding where two rows were equally good.
      expect(below).toBeLessThanOrEqual(above * (1 + 1e-14));
    }
  });

  it('solves with L₁ and with its transpose, and touches nothing beyond the rank', () => {
    const v = Float64Array.from({ length: size }, (_, i) => i - 1.5);
    const { lower } = factor;
    for (const [solve, element] of [
      [solveLower, (i: number, t: number) => (t <= i ? lower[i * size + t] : 0)],
      [solveLowerTransposed, (i: number, t: number) => (i <= t ? lower[t * size + i] : 0)],
    ] as const) {
      const u = v.slice();
      solve(factor, u);
      for (let i = 0; i < rank; i++) {
        let product = 0;
        for (let t = 0; t < rank; t++) product += element(i, t) * u[t];
        expect(Math.abs(product - v[i])).toBeLessThan(1e-12);
      }
      expect(u.subarray(rank)).toEqual(v.subarray(rank));
    }
  });
});

it('reads the lower triangle only', () => {
  const whole = semidefinite(6, 4);
  const lower = whole.map((value, at) => (at % 6 > Math.floor(at / 6) ? Number.NaN : value));
  const [a, b] = [whole, lower].map((matrix) => factorSemidefinite(matrix.slice(), 6, noPace)!);
  expect(b.rank).toBe(a.rank);
  expect(b.order).toEqual(a.order);
  for (let i = 0; i < 6; i++) {
    const end = i * 6 + Math.min(i + 1, a.rank);
    expect(b.lower.subarray(i * 6, end)).toEqual(a.lower.subarray(i * 6, end));
  }
});

it('judges what is redundant whatever the units of the unknowns', () => {
  const a = semidefinite(6, 4);
  const units = [1e-9, 1, 1e9, 1e-120, 1e120, 1];
  expect(factorSemidefinite(scaled(a, units), 6, noPace)!.rank).toBe(4);
});

it('keeps a column of which more than the tolerance is new, and no other', () => {
  // Correlation 1 − δ leaves a pivot of 1 − (1 − δ)² ≈ 2δ.
  const rankAt = (pivot: number) => {
    const r = 1 - pivot / 2;
    return factorSemidefinite(Float64Array.of(1, r, r, 1), 2, noPace)!.rank;
  };
  expect(rankAt(rankTolerance * 2)).toBe(2);
  expect(rankAt(rankTolerance / 2)).toBe(1);
});

it('counts a diagonal of 0, a negative one and one about to underflow as redundant', () => {
  const a = new Float64Array(16);
  a.set([0], 0);
  a.set([-1e-20], 5);
  a.set([1e-310], 10);
  a.set([4], 15);
  const factor = factorSemidefinite(a, 4, noPace)!;
  expect(factor.rank).toBe(1);
  expect(factor.order[0]).toBe(3);
  expect([...factor.scale]).toEqual([1, 1, 1, 0.5]);
});

it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses a diagonal of %d', (value) => {
  expect(factorSemidefinite(Float64Array.of(1, 0, 0, value), 2, noPace)).toBeNull();
});

it('polls in proportion to its work', () => {
  let polls = 0;
  const size = 400;
  factorSemidefinite(
    semidefinite(size, size / 2),
    size,
    createPace(() => polls++),
  );
  // Columns t < 200 of (400 − t)·t multiply-adds: 5.3 million.
  expect(polls).toBeGreaterThanOrEqual(1);
});
