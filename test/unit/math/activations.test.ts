/** Every activation of the registry: derivative, edges, and what it says of itself. */
import { describe, expect, it } from 'vitest';
import { activationNames, activations } from '../../../src/math/activations/index.ts';
import { initializerNames } from '../../../src/math/initializers/index.ts';
import { centralDifference, gradientError, gradientTolerance } from './finite-difference.ts';

/** −20 to 20, dense about 0 but not on it: the ReLU family has its kink there. */
const points = [0.01, 0.1, 0.3, 0.7, 1, 1.5, 2, 3, 5, 8, 13, 20].flatMap((z) => [-z, z]);

it('the config names are these, in this order', () => {
  expect(activationNames).toEqual(['identity', 'sigmoid', 'tanh', 'relu']);
});

describe.each(activationNames)('%s', (name) => {
  const f = activations[name];

  it('has the derivative that finite differences give', () => {
    for (const z of points) {
      const analytic = f.derivative(f.derivativeFrom === 'output' ? f.forward(z) : z);
      const error = gradientError(analytic, centralDifference(f.forward, z));
      expect(error, `z = ${z}`).toBeLessThan(gradientTolerance);
    }
  });

  it('is never NaN for a number, however large, nor is its derivative', () => {
    for (const z of [0, -0, 40, 710, 1000, 1e308, Number.POSITIVE_INFINITY].flatMap((z) => [z, -z])) {
      const a = f.forward(z);
      expect(a, `f(${z})`).not.toBeNaN();
      expect(Number.isFinite(f.derivative(f.derivativeFrom === 'output' ? a : z)), `f′(${z})`).toBe(true);
    }
  });

  it('keeps NaN, so that a diverged network shows', () => {
    expect(f.forward(Number.NaN)).toBeNaN();
  });

  it('is affine exactly when it says so', () => {
    const slopes = points.map((z) => (f.forward(z) - f.forward(0)) / z);
    expect(Math.max(...slopes) - Math.min(...slopes) < 1e-12).toBe(f.isAffine);
  });

  it('names an initializer of the registry', () => {
    expect(initializerNames).toContain(f.defaultInitializer);
  });
});

it('known values', () => {
  expect(activations.sigmoid.forward(0)).toBe(0.5);
  expect(activations.sigmoid.forward(1)).toBeCloseTo(0.7310585786300049, 15);
  expect(activations.tanh.forward(1)).toBeCloseTo(0.7615941559557649, 15);
  expect(activations.relu.forward(-2)).toBe(0);
  expect(activations.relu.forward(2.5)).toBe(2.5);
});

it('the derivative of relu at its kink is 0', () => {
  expect(activations.relu.derivative(activations.relu.forward(0))).toBe(0);
});
