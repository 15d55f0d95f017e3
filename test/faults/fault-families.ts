/** What the harness trains: a table and four ways to learn from it, each as long as the run asks for, however fast the kernels are. */
import { createRandom } from '../../src/math/random.ts';

export interface Family {
  /** An epoch takes milliseconds, so that a history stays short. */
  readonly rows: number;
  readonly columns: number;
  /** @param epochs most epochs or iterations */
  config(epochs: number): Record<string, unknown>;
}

/** Two classes with some noise; the columns are of very different scales. */
export function tableOf({ rows, columns }: Family): string {
  const random = createRandom(20_26);
  const names = Array.from({ length: columns }, (_, j) => `x${j}`);
  const lines = Array.from({ length: rows }, () => {
    const values = names.map(() => random.normal());
    const score = values.reduce((sum, value, j) => sum + value * (j % 3 === 0 ? 1 : -0.5), random.normal());
    return [
      score > 0 ? 'yes' : 'no',
      ...values.map((value, j) => (value * 10 ** ((4 * j) / columns)).toPrecision(8)),
    ].join();
  });
  return `${['label', ...names].join()}\n${lines.join('\n')}\n`;
}

const common = { target: 'label', seed: 7 };

export const families: Readonly<Record<string, Family>> = {
  'mlp: adam, dropout': {
    rows: 4_000,
    columns: 8,
    config: (epochs) => ({
      ...common,
      type: 'mlp',
      hidden_layers: [
        { units: 24, activation: 'relu', dropout: 0.2 },
        { units: 12, activation: 'tanh', dropout: 0.1 },
      ],
      optimizer: { type: 'adam', learning_rate: 0.003 },
      l2: 1e-4,
      epochs,
    }),
  },
  'logistic: sgd, schedule': {
    rows: 8_000,
    columns: 8,
    config: (epochs) => ({
      ...common,
      type: 'logistic_regression',
      solver: { type: 'sgd' },
      optimizer: {
        type: 'sgd',
        learning_rate: 0.05,
        schedule: { type: 'cosine', warmup_epochs: Math.min(5, epochs - 1) },
      },
      epochs,
      validation: { fraction: 0.1 },
    }),
  },
  'logistic: lbfgs': {
    rows: 8_000,
    columns: 40,
    // Unscaled columns and almost no penalty: it has far to go. Without a tolerance it goes on to the last iteration.
    config: (epochs) => ({
      ...common,
      type: 'logistic_regression',
      preprocessing: { numeric: 'none' },
      l2: 1e-9,
      solver: { type: 'lbfgs', max_iterations: epochs, tolerance: 0 },
    }),
  },
  perceptron: { rows: 20_000, columns: 8, config: (epochs) => ({ ...common, type: 'perceptron', epochs }) },
};
