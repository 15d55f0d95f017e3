/** Groups of rows and column means: tails, the intercept's 1, padding, and means that lose nothing. */
import { expect, it } from 'vitest';
import { columnMeans, createDesignRows } from '../../../../src/math/solvers/design-rows.ts';
import { matrixOf, noPoll } from './glm-problems.ts';

const x = matrixOf([1, 2, 3, 4, 5, 6].map((i) => [i, -i, 10 * i]));

it('brings four rows at a time, with the intercept and less the means', () => {
  const design = createDesignRows(x, true, Float64Array.of(1, 0, 10));
  expect(design.width).toBe(4);
  expect(design.load(0)).toBe(4);
  expect([...design.group]).toEqual([0, -1, 0, 1, 1, -2, 10, 1, 2, -3, 20, 1, 3, -4, 30, 1]);
});

it('fills the last group up with zeros, the intercept included', () => {
  const design = createDesignRows(x, true, null);
  design.load(0);
  expect(design.load(4)).toBe(2);
  expect([...design.group]).toEqual([5, -5, 50, 1, 6, -6, 60, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
});

it('adds no column without an intercept', () => {
  const design = createDesignRows(x, false, null);
  expect(design.load(4)).toBe(2);
  expect([...design.group]).toEqual([5, -5, 50, 6, -6, 60, 0, 0, 0, 0, 0, 0]);
});

it('means keep every digit of a large offset and of a constant', () => {
  const rows = Array.from({ length: 1000 }, (_, i) => [1e15 + (i % 2), 0.1]);
  expect([...columnMeans(matrixOf(rows), noPoll)]).toEqual([1e15 + 0.5, 0.1]);
});
