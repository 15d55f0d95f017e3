/** The table and the configs that the trainer's tests train. */
import { createRandom } from '../../src/math/random.ts';

/** Two features, a class that they tell with some noise, a value. */
export function columnsOf(rows: number): Record<string, unknown[]> {
  const random = createRandom(11);
  const points = Array.from({ length: rows }, () => [random.normal(), random.normal(), random.normal()]);
  return {
    a: points.map(([a]) => a),
    b: points.map(([, b]) => b),
    label: points.map(([a, b, noise]) => (a + b + noise > 0 ? 'yes' : 'no')),
    price: points.map(([a, b, noise]) => 100 + 20 * a - 10 * b + noise),
  };
}

/** A few milliseconds. */
export const shortJob = { type: 'logistic_regression', target: 'label', features: ['a', 'b'] };

/** Longer than any test waits. */
export const endlessJob = {
  type: 'mlp',
  target: 'label',
  features: ['a', 'b'],
  hidden_layers: [{ units: 16, activation: 'tanh' }],
  epochs: 1_000_000,
};

/** Some 1,500 epochs of half a millisecond with 200 rows, so that what befalls it falls inside. */
export const mediumJob = {
  ...endlessJob,
  hidden_layers: Array.from({ length: 3 }, () => ({ units: 64, activation: 'tanh' })),
  epochs: 1_500,
};

/** One epoch of many seconds. */
export const slowEpochJob = {
  ...endlessJob,
  hidden_layers: Array.from({ length: 12 }, () => ({ units: 1024, activation: 'relu' })),
  epochs: 2,
};
