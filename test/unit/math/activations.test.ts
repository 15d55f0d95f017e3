/** Every activation of the registry: derivative, edges, and what it says of itself. */
import { describe, expect, it } from 'vitest';
import { activationNames, activations } from '../../../src/math/activations/index.ts';
import { initializerNames } from '../../../src/math/initializers/index.ts';
import { centralDifference, gradientError, gradientTolerance } from './finite-difference.ts';

/** −20 to 20, dense about 0 but not on it: the ReLU family has its kink there. */
const points = [0.01, 0.1, 0.3, 0.7, 1, 1.5, 2, 3, 5, 8, 13, 20].flatMap((z) => [-z, z]);

it('the config names are these, in this order', () => {
  expect(activationNames).toEqual([
    ...['identity', 'sigmoid', 'tanh', 'relu', 'leaky_relu', 'elu', 'gelu', 'silu', 'softplus'],
  ]);
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

  it('is under 1 % of its steepest slope beyond the ends that it saturates at, and not just within them', () => {
    const grid = Array.from({ length: 8_001 }, (_, i) => (i - 4_000) / 100 + 1e-4);
    const slopeAt = (z: number) => Math.abs(f.derivative(f.derivativeFrom === 'output' ? f.forward(z) : z));
    const steepest = Math.max(...grid.map(slopeAt));
    const [low, high] = f.saturatesAt;
    const isSaturated = (z: number) => {
      const at = f.derivativeFrom === 'output' ? f.forward(z) : z;
      return at <= low || at >= high;
    };
    const saturated = grid.filter(isSaturated);
    for (const z of saturated) expect(slopeAt(z), `z = ${z}`).toBeLessThan(0.0101 * steepest);
    for (const z of grid.filter((z) => !isSaturated(z))) {
      // The slope of GELU and SiLU passes through 0 on its way down.
      const isCrossing = f.derivativeFrom === 'input' && z > -2 && z < 0;
      if (!isCrossing) expect(slopeAt(z), `z = ${z}`).toBeGreaterThan(0.0099 * steepest);
    }
    expect(saturated.length > 0).toBe(Number.isFinite(low) || Number.isFinite(high));
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
  expect(activations.leaky_relu.forward(-2)).toBe(-0.02);
  expect(activations.elu.forward(-1)).toBeCloseTo(1 / Math.E - 1, 15);
  // Φ(1) = 0.8413447460685429; the approximation by tanh would be 0.8411919906082768.
  expect(activations.gelu.forward(1)).toBeCloseTo(0.8413447460685429, 15);
  expect(activations.silu.forward(-1)).toBeCloseTo(-0.2689414213699951, 15);
  expect(activations.softplus.forward(0)).toBeCloseTo(Math.LN2, 15);
});

it('far below 0 the smooth rectifiers keep relative precision and end at 0', () => {
  // −37·Φ(−37) by mpmath: 1 + erf would round to 0 from −8.3 on.
  expect(activations.gelu.forward(-37) / -2.118461352334093e-298).toBeCloseTo(1, 9);
  for (const name of ['gelu', 'silu', 'softplus'] as const) {
    expect(Math.abs(activations[name].forward(-800))).toBe(0);
    expect(Math.abs(activations[name].forward(Number.NEGATIVE_INFINITY))).toBe(0);
  }
});

it.each([
  ['relu', 0],
  ['leaky_relu', 0.01],
  ['elu', 1],
] as const)('the derivative of %s at 0, where its halves meet, is %d as in PyTorch', (name, expected) => {
  expect(activations[name].derivative(activations[name].forward(0))).toBe(expected);
});
