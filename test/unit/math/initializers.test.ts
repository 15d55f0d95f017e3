/** Every initializer of the registry: seeded, and of the variance that its paper asks for. */
import { describe, expect, it } from 'vitest';
import {
  type InitializerName,
  initializerNames,
  initializers,
} from '../../../src/math/initializers/index.ts';
import { createRandom } from '../../../src/math/random.ts';

const [k, m, draws] = [30, 10, 40_000];
const variances: Record<InitializerName, number> = { he: 2 / k, glorot: 2 / (k + m), lecun: 1 / k };

function sample(name: InitializerName): number[] {
  const random = createRandom(11);
  return Array.from({ length: draws }, () => initializers[name].sample(random, k, m));
}

describe.each(initializerNames)('%s', (name) => {
  it('has mean 0 and the variance of its definition', () => {
    const weights = sample(name);
    const mean = weights.reduce((sum, w) => sum + w, 0) / draws;
    const variance = weights.reduce((sum, w) => sum + (w - mean) ** 2, 0) / draws;
    // Five standard errors: of a mean √(σ²/n), of a variance at most σ²·√(2/n).
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variances[name] / draws));
    expect(Math.abs(variance / variances[name] - 1)).toBeLessThan(5 * Math.sqrt(2 / draws));
  });

  it('draws the same weights from the same seed', () => {
    expect(sample(name)).toEqual(sample(name));
  });
});

it('glorot stays inside ±√(6/(k + m)) and comes near to it', () => {
  const limit = Math.sqrt(6 / (k + m));
  const largest = Math.max(...sample('glorot').map(Math.abs));
  expect(largest).toBeLessThanOrEqual(limit);
  expect(largest).toBeGreaterThan(0.999 * limit);
});
