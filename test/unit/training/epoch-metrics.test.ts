/** What the history says of each epoch agrees with what the end measures. */
import { expect, it } from 'vitest';
import type { ClassificationMetrics, RegressionMetrics } from '../../../src/contracts/metrics.ts';
import { createEpochRanking } from '../../../src/training/epoch-auc.ts';
import { trainToEnd } from './run-training.ts';
import { noisyTable, resolved } from './table-fixtures.ts';

const table = noisyTable(200);
const features = ['a', 'b', 'color'];
const validation = { fraction: 0.3 };
const solver = { type: 'newton' };
const hidden = [{ units: 6, activation: 'tanh', initializer: 'glorot' }];
const mlp = { type: 'mlp', hidden_layers: hidden, epochs: 5, features, validation };

it.each([
  ['a network of two classes', { ...mlp, task: 'classification', target: 'label' }],
  ['a network of three', { ...mlp, task: 'classification', target: 'grade' }],
  ['a logistic regression', { type: 'logistic_regression', solver, features, target: 'label', validation }],
  ['a softmax regression', { type: 'logistic_regression', solver, features, target: 'grade', validation }],
])('accuracy and AUC of the rows held back by %s', (_, config) => {
  const { records, outcome } = trainToEnd(resolved(config), table);
  const { accuracy, roc_auc: auc } = outcome.metrics.validation as ClassificationMetrics;
  const { metrics } = records.at(-1)!;
  expect(metrics.validation_accuracy).toBe(accuracy);
  expect(metrics.validation_roc_auc).toBeCloseTo(auc!, 12);
  expect(Object.keys(metrics)).toEqual(['accuracy', 'validation_accuracy', 'validation_roc_auc']);
});

it.each([
  ['a network', { ...mlp, task: 'regression', target: 'price' }],
  ['a linear regression', { type: 'linear_regression', solver, features, target: 'price', validation }],
])('RMSE and R² of the rows held back by %s', (_, config) => {
  const { records, outcome } = trainToEnd(resolved(config), table);
  const { rmse, r2 } = outcome.metrics.validation as RegressionMetrics;
  const { metrics } = records.at(-1)!;
  expect(metrics.validation_rmse / rmse).toBeCloseTo(1, 5);
  expect(metrics.validation_r2).toBeCloseTo(r2!, 5);
  expect(metrics.r2).toBeCloseTo(
    (outcome.metrics.train as RegressionMetrics).r2!,
    config.type === 'mlp' ? 1 : 9,
  );
});

it('has no AUC where a class has no row, a logit is not finite, or there are very many scores', () => {
  const rowsOf = (truth: number[]) =>
    ({ x: { rows: truth.length }, truth: Float64Array.from(truth) }) as never;
  const logits = (values: number[]) => ({
    data: Float64Array.from(values),
    rows: values.length,
    columns: 1,
    stride: 1,
  });
  const ranking = (truth: number[]) =>
    createEpochRanking({ classes: ['n', 'y'], outputs: 1, validation: rowsOf(truth) })!;
  const known = ranking([0, 1, 1]);
  known.add(logits([-1, 3, -2]), 0);
  expect(known.take()).toEqual({ validation_roc_auc: 0.5 });
  const infinite = ranking([0, 1]);
  infinite.add(logits([Number.NaN, 1]), 0);
  expect(infinite.take()).toEqual({});
  const single = ranking([1, 1]);
  single.add(logits([1, 2]), 0);
  expect(single.take()).toEqual({});
  const many = { classes: ['n', 'y'], outputs: 1, validation: rowsOf(new Array(70_000).fill(0)) };
  expect(createEpochRanking(many)).toBeNull();
});
