/** Least squares and likelihoods written the long way, for tests to hold the solvers against. */
import type { Table } from '../../../src/data/table.ts';

/** Rows of plain numbers. */
export function pointsOf(table: Table, names: readonly string[]): number[][] {
  const columns = names.map((name) => valuesOf(table, name));
  return Array.from({ length: table.rows }, (_, i) => columns.map((values) => values[i]));
}

export function valuesOf(table: Table, name: string): number[] {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column?.type !== 'number') throw new Error(`expected a number column "${name}"`);
  return Array.from(column.values);
}

/** Class numbers by the order of the dictionary. */
export function codesOf(table: Table, name: string): number[] {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column?.type !== 'category') throw new Error(`expected a category column "${name}"`);
  return Array.from(column.codes);
}

/** Each column less its mean, over its population standard deviation. */
export function standardized(points: readonly number[][]): number[][] {
  const n = points.length;
  const means = points[0].map((_, j) => points.reduce((sum, point) => sum + point[j], 0) / n);
  const deviations = means.map((mean, j) =>
    Math.sqrt(points.reduce((sum, point) => sum + (point[j] - mean) ** 2, 0) / n),
  );
  return points.map((point) => point.map((value, j) => (value - means[j]) / deviations[j]));
}

/** x of A·x = b by Gaussian elimination with partial pivoting. */
export function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    const pivot = rows
      .slice(k)
      .reduce((best, row, i) => (Math.abs(row[k]) > Math.abs(rows[best][k]) ? k + i : best), k);
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j <= n; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    x[k] =
      (rows[k][n] - x.reduce((sum, value, j) => (j > k ? sum + rows[k][j] * value : sum), 0)) / rows[k][k];
  }
  return x;
}

/** Rows with a 1 for the intercept at their end. */
export const withOnes = (points: readonly number[][]): number[][] => points.map((point) => [...point, 1]);

export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);

export interface LogisticPoint {
  /** J = (1/m) Σ −ln h(yᵢ) + (λ/2)‖w‖², the last element of θ being the intercept. */
  readonly loss: number;
  readonly gradient: number[];
  readonly hessian: number[][];
}

/** J of logistic regression and its derivatives at θ, from their definitions; rows end with a 1. */
export function logisticAt(
  rows: readonly number[][],
  classes: readonly number[],
  theta: number[],
  l2 = 0,
): LogisticPoint {
  const m = rows.length;
  const k = theta.length;
  let loss = (l2 / 2) * dot(theta.slice(0, -1), theta.slice(0, -1));
  const gradient = theta.map((value, j) => (j < k - 1 ? l2 * value : 0));
  const hessian = theta.map((_, i) => theta.map((__, j) => (i === j && i < k - 1 ? l2 : 0)));
  rows.forEach((x, row) => {
    const h = 1 / (1 + Math.exp(-dot(theta, x)));
    loss -= Math.log(classes[row] === 1 ? h : 1 - h) / m;
    for (let i = 0; i < k; i++) {
      gradient[i] += ((h - classes[row]) * x[i]) / m;
      for (let j = 0; j < k; j++) hessian[i][j] += (h * (1 - h) * x[i] * x[j]) / m;
    }
  });
  return { loss, gradient, hessian };
}

export const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** max |aᵢ − bᵢ| of two lists of the same length. */
export function distance(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) throw new Error(`expected lists of one length, got ${a.length} and ${b.length}`);
  return largest(a.map((value, i) => value - b[i]));
}
