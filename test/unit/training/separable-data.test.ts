/** Classes that a plane separates: the fit ends by itself, says so, and its weights are of moderate size. */
import { describe, expect, it } from 'vitest';
import type { ClassificationMetrics } from '../../../src/contracts/metrics.ts';
import type { Table } from '../../../src/data/table.ts';
import { tableOf } from '../data/table-of.ts';
import { type FinishedRun, parametersOf, trainToEnd } from './run-training.ts';
import { irisFeatures, irisTable, noisyTable, resolved } from './table-fixtures.ts';

const apart = tableOf({ x: [-3, -2, -1, 1, 2, 3], label: ['no', 'no', 'no', 'yes', 'yes', 'yes'] });
/** Two rows of either class lie on the plane x = 0: they keep the loss above 0, and the weight of x still has no end. */
const touching = tableOf({
  x: [-2, -1, 0, 0, 0, 0, 1, 2],
  label: ['no', 'no', 'no', 'yes', 'yes', 'no', 'yes', 'yes'],
});
/** Of the three species one stands apart, the others overlap: a softmax has no optimum there either. */
const iris = irisTable();

function train(table: Table, solver: object, more: object = {}): FinishedRun {
  const isIris = table === iris;
  const target = isIris ? 'species' : 'label';
  const features = isIris ? irisFeatures : ['x'];
  const config = resolved({ type: 'logistic_regression', target, features, solver, ...more });
  return trainToEnd(config, table);
}

const codes = ({ outcome }: FinishedRun) =>
  [...outcome.warnings, ...outcome.findings].map(({ code }) => code);
const largest = ({ outcome }: FinishedRun) => Math.max(...parametersOf(outcome).map(Math.abs));

describe.each([
  ['a gap between the classes', apart],
  ['rows of both classes on the plane', touching],
  ['one class of three apart', iris],
])('%s', (_what, table) => {
  // A first-order method would be thousands of iterations more about rows that stay on the plane.
  const solvers = table === touching ? ['newton', 'lbfgs'] : ['newton', 'lbfgs', 'proximal_gradient'];
  it.each(solvers)('ends %s as separable_data', (type) => {
    const run = train(table, { type });
    expect(run.outcome.stopReason).toBe('separable_data');
    expect(codes(run)).toEqual(['separable_data']);
    expect(largest(run)).toBeGreaterThan(5);
    expect(largest(run)).toBeLessThan(1e3);
    for (const { loss } of run.records) expect(loss).toBeGreaterThan(0);
  });

  it('a penalty gives it an optimum', () => {
    for (const penalty of [{ l2: 0.01 }, { l1: 0.01, solver: { type: 'proximal_gradient' } }]) {
      const run = train(table, { type: 'newton' }, penalty);
      expect(run.outcome.stopReason).toBe('converged');
      expect(codes(run)).toEqual([]);
    }
  });
});

it('is fitted as well as it can be before it ends', () => {
  const { accuracy, log_loss: logLoss } = train(apart, { type: 'newton' }).outcome.metrics
    .train as ClassificationMetrics;
  expect(accuracy).toBe(1);
  expect(logLoss).toBeLessThan(1e-6);
});

it('ends a solver that was told to go on for ever', () => {
  const run = train(apart, { type: 'newton', tolerance: 0 });
  expect(run.outcome.stopReason).toBe('separable_data');
  expect(run.records.length).toBeLessThan(30);
});

it('is said of a descent that another reason has ended', () => {
  for (const settings of [
    { solver: { type: 'gradient_descent', max_iterations: 50 }, reason: 'max_iterations' },
    { solver: { type: 'sgd' }, epochs: 20, batch_size: 2, reason: 'max_epochs' },
  ]) {
    const { reason, solver, ...more } = settings;
    const run = train(apart, solver, more);
    expect(run.outcome.stopReason).toBe(reason);
    expect(codes(run)).toEqual(['separable_data']);
  }
});

it.each(['newton', 'lbfgs', 'proximal_gradient', 'gradient_descent'])(
  'is not said of classes that overlap: %s',
  (type) => {
    const config = resolved({
      type: 'logistic_regression',
      target: 'label',
      features: ['a', 'b'],
      solver: { type, ...(type === 'gradient_descent' && { learning_rate: 1 }) },
    });
    const run = trainToEnd(config, noisyTable(200));
    expect(run.outcome.stopReason).toBe('converged');
    expect(codes(run)).toEqual([]);
  },
);
