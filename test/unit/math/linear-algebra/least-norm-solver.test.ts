/** The least-norm solver: solutions, of those the shortest, on matrices of every rank. */
import { describe, expect, it } from 'vitest';
import { createLeastNormSolver } from '../../../../src/math/linear-algebra/least-norm-solver.ts';
import { dot, maxNorm } from '../../../../src/math/linear-algebra/vectors.ts';
import { createPace } from '../../../../src/math/pace.ts';
import { createRandom } from '../../../../src/math/random.ts';
import { multiply, noPace, scaled, semidefinite } from './semidefinite-matrices.ts';

function normals(size: number, seed: number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: size }, () => random.normal());
}

const distance = (a: Float64Array, b: Float64Array) => maxNorm(a.map((value, i) => value - b[i]));

describe.each([1, 2, 5, 9].flatMap((size) => Array.from({ length: size + 1 }, (_, rank) => [size, rank])))(
  'size %d, rank %d',
  (size, rank) => {
    const a = semidefinite(size, rank, size * 16 + rank);
    const solve = createLeastNormSolver(a.slice(), size, noPace)!;
    const known = normals(size, 7);
    const v = multiply(a, known);

    it('solves A·u = v for a v in the range of A', () => {
      const u = v.slice();
      solve(u);
      // Condition numbers of these are below 1e4.
      expect(distance(multiply(a, u), v)).toBeLessThan(1e-11);
    });

    it('gives the shortest solution: it stands upright on every null vector of A', () => {
      const u = v.slice();
      solve(u);
      // known − u solves A·n = 0, and for every other start so does another one: they span the null space.
      for (let seed = 0; seed < size; seed++) {
        const other = normals(size, 50 + seed);
        const image = multiply(a, other);
        solve(image);
        const n = other.map((value, i) => value - image[i]);
        expect(maxNorm(multiply(a, n))).toBeLessThan(1e-11);
        expect(Math.abs(dot(n, u))).toBeLessThan(1e-10);
      }
    });

    it('can be used again', () => {
      const [first, second] = [v.slice(), v.slice()];
      solve(first);
      solve(normals(size, 3));
      solve(second);
      expect(second).toEqual(first);
    });
  },
);

it('shares a sum among unknowns that stand for the same thing', () => {
  // (x₁ + x₂ + x₃)² and x₄: u = v/3 thrice.
  const a = Float64Array.from({ length: 16 }, (_, at) => (at % 4 < 3 && at < 12 ? 1 : at === 15 ? 2 : 0));
  const v = Float64Array.of(3, 3, 3, 8);
  createLeastNormSolver(a, 4, noPace)!(v);
  expect(distance(v, Float64Array.of(1, 1, 1, 4))).toBeLessThan(1e-15);
});

it('finds the same shortest shares beside an unknown in any other unit', () => {
  // The rounding of the one must not reach the others, multiplied by the ratio of their scales.
  const base = semidefinite(3, 3);
  for (const unit of [1e-9, 1e9, 1e50]) {
    const a = new Float64Array(36);
    // Three unknowns in pairs, (i, i + 3): A = B ⊗ [1 1; 1 1], so that each pair shares alike.
    const b = scaled(base, [1, unit, 1]);
    for (let i = 0; i < 6; i++) for (let j = 0; j < 6; j++) a[i * 6 + j] = b[(i % 3) * 3 + (j % 3)];
    const known = Float64Array.of(1, 1 / unit, -2, 1, 1 / unit, -2);
    const v = multiply(a, known);
    createLeastNormSolver(a, 6, noPace)!(v);
    v.forEach((value, i) => {
      expect(Math.abs(value / known[i] - 1)).toBeLessThan(1e-12);
    });
  }
});

it('gives 0 for a matrix of zeros, whatever the right-hand side', () => {
  const v = Float64Array.of(1, -2);
  createLeastNormSolver(new Float64Array(4), 2, noPace)!(v);
  expect([...v]).toEqual([0, 0]);
});

it('does not overflow where curvature has all but vanished', () => {
  const tiny = semidefinite(4, 2).map((value) => value * 1e-315);
  const v = Float64Array.of(1e-315, 0, 0, 0);
  createLeastNormSolver(tiny, 4, noPace)!(v);
  expect(v.every(Number.isFinite)).toBe(true);
});

it('is null for a matrix that is not finite', () => {
  expect(createLeastNormSolver(Float64Array.of(Number.NaN, 0, 0, 1), 2, noPace)).toBeNull();
});

it('polls in proportion to its work, and lets out what the poll throws', () => {
  const size = 400;
  const a = semidefinite(size, 40);
  let polls = 0;
  createLeastNormSolver(
    a.slice(),
    size,
    createPace(() => polls++),
  );
  // The Gram matrix of 360 null vectors: 360²/2 · 400 multiply-adds.
  expect(polls).toBeGreaterThanOrEqual(Math.floor((360 * 360 * 400) / 2 / 2 ** 22));
  const stop = createPace(() => {
    throw new Error('stop');
  });
  expect(() => createLeastNormSolver(a, size, stop)).toThrow('stop');
});
