/** Regressions end where scikit-learn's end, and descend by mini-batches as PyTorch's do. */
import { describe, expect, it } from 'vitest';
import type { ResolvedModelConfig } from '../../../src/contracts/model-config.ts';
import { tableOf } from '../data/table-of.ts';
import { regressions } from './goldens/regressions.ts';
import { parametersOf, trainToEnd } from './run-training.ts';
import { resolved } from './table-fixtures.ts';

const { x, value, two, three, optima, perceptrons, descents } = regressions;
const features = x[0].map((_, j) => `x${j}`);
const table = tableOf({
  ...Object.fromEntries(features.map((name, j) => [name, x.map((row) => row[j])])),
  ...{ value, two, three },
});

/** The golden's config on the columns as they are: scikit-learn's and PyTorch's had no scaling. */
function configOf(config: Record<string, unknown> & { type: string }, classes?: number): ResolvedModelConfig {
  const target = classes === 2 ? 'two' : classes === 3 ? 'three' : 'value';
  return resolved({ preprocessing: { numeric: 'none' }, target, features, ...config });
}

/** A softmax's intercepts may all move by as much. */
function withoutCommonIntercept(theta: readonly number[], classes = 1): number[] {
  const outputs = classes > 2 ? classes : 1;
  const first = 6 * outputs;
  const mean = outputs === 1 ? 0 : theta.slice(first).reduce((sum, b) => sum + b, 0) / outputs;
  return theta.map((weight, i) => (i < first ? weight : weight - mean));
}

/** A golden without an intercept has none; the model has 0. */
function expectTheta(actual: readonly number[], expected: readonly number[], accuracy: number): void {
  actual.forEach((weight, i) => {
    expect(Math.abs(weight - (expected[i] ?? 0)), `weight ${i}`).toBeLessThan(accuracy);
  });
}

const solversOf = ({ type, l1 }: { type: string; l1?: number }) => {
  if (l1) return ['proximal_gradient'];
  return type === 'linear_regression'
    ? ['normal_equations', 'newton', 'lbfgs', 'proximal_gradient']
    : ['newton', 'lbfgs', 'proximal_gradient'];
};
const cases = optima.flatMap((golden) =>
  solversOf(golden.config).map((solver) => ({ ...golden, solver, title: `${golden.name} by ${solver}` })),
);

describe("ends at scikit-learn's optimum", () => {
  it.each(cases)('$title', ({ config, classes, theta, solver }) => {
    const chosen = configOf({ ...config, solver: { type: solver } }, classes);
    const run = trainToEnd(chosen, table);
    expect(run.outcome.stopReason).toBe('converged');
    const weights = withoutCommonIntercept(parametersOf(run.outcome), classes);
    // Ours stops at a gradient of 1e-8 or less, and scikit-learn's saga is good for about 1e-7.
    expectTheta(weights, theta, 1e-6);
    if (!config.l1) return;
    // What l1 leaves out is exactly 0 here as there.
    const outputs = classes === 3 ? 3 : 1;
    const zeros = (values: readonly number[]) => values.slice(0, 6 * outputs).map((weight) => weight === 0);
    expect(zeros(weights)).toEqual(zeros(theta));
  });

  it('of every kind of penalty with some weights of 0', () => {
    const sparse = optima.filter(({ config, theta }) => config.l1 && theta.includes(0));
    expect(sparse.length).toBeGreaterThan(5);
  });
});

it.each(perceptrons)("the $name takes scikit-learn's steps", ({ epochs, class_weight, theta }) => {
  const config = configOf({ type: 'perceptron', epochs, class_weight, shuffle: false }, 2);
  // Sums of at most 60 corrections, in the same order.
  expectTheta(parametersOf(trainToEnd(config, table).outcome), theta, 1e-12);
});

describe("descends by PyTorch's steps", () => {
  it.each(descents)('$name', ({ config, classes, losses, theta }) => {
    const run = trainToEnd(
      configOf(config, config.type === 'linear_regression' ? undefined : classes),
      table,
    );
    expect(run.outcome.stopReason).toBe('max_epochs');
    expect(run.records).toHaveLength(losses.length);
    run.records.forEach(({ loss }, epoch) => {
      // f64 on both sides, 16 steps: some ulps each, which Adam's division may make 1e-14 of a weight.
      expect(Math.abs(loss - losses[epoch])).toBeLessThan(1e-12);
    });
    expectTheta(parametersOf(run.outcome), theta, 1e-11);
  });
});
