/** Tries the gradient check against planted mistakes, since every gradient of the project rests on it. */
import { expect, it } from 'vitest';
import { centralDifference, gradientError, gradientTolerance } from './finite-difference.ts';

const cube = (x: number) => x * x * x;

it('accepts a right derivative', () => {
  for (const x of [-3, -0.5, 0, 0.1, 2]) {
    expect(gradientError(3 * x * x, centralDifference(cube, x))).toBeLessThan(gradientTolerance);
  }
});

it.each([
  ['a wrong sign', (x: number) => -3 * x * x],
  ['a missing factor', (x: number) => x * x],
  ['an error of one part in a million', (x: number) => 3 * x * x * (1 + 1e-6)],
  ['NaN', () => Number.NaN],
])('refuses %s', (_mistake, derivative) => {
  expect(gradientError(derivative(2), centralDifference(cube, 2)) < gradientTolerance).toBe(false);
});
