/** Clipping by the global norm: what is clipped, to what, and what is left alone. */
import { expect, it } from 'vitest';
import { clipGradient } from '../../../src/math/clip-gradient.ts';
import { createReferenceKernels } from '../../../src/math/kernels/reference.ts';

const kernels = createReferenceKernels('f64');

it('scales a gradient that is too long, all of it by one factor', () => {
  const g = Float64Array.of(3, -4, 0, 12);
  clipGradient(kernels, g, 6.5);
  // 13 becomes 6.5, less the 1e-6 in PyTorch's denominator.
  expect(Math.hypot(...g)).toBeCloseTo(6.5, 6);
  expect(Math.hypot(...g)).toBeLessThan(6.5);
  expect([...g].map((value) => value / g[0])).toEqual([1, -4 / 3, 0, 4]);
});

it('leaves a shorter one, and one of zeros, to the bit', () => {
  for (const values of [
    [3, -4, 0, 12],
    [0, 0],
  ]) {
    const g = Float64Array.from(values);
    clipGradient(kernels, g, 13.1);
    expect([...g]).toEqual(values);
  }
});

it.each([Number.NaN, Number.POSITIVE_INFINITY])('does not hide %d', (value) => {
  const g = Float64Array.of(1, value);
  clipGradient(kernels, g, 1);
  expect(g.every(Number.isFinite)).toBe(false);
});
