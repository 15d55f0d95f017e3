/** What training does with the rows and columns that it is given, and when it gives up. */
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../../src/contracts/dataset.ts';
import type { RegressionMetrics } from '../../../src/contracts/metrics.ts';
import type { ResolvedModelConfig } from '../../../src/contracts/model-config.ts';
import type { Table } from '../../../src/data/table.ts';
import { JobFailure } from '../../../src/errors.ts';
import type { Divergence } from '../../../src/training/divergence.ts';
import { decodeWeights } from '../../../src/training/model-weights.ts';
import { tableOf } from '../data/table-of.ts';
import { parametersOf, runTraining, trainToEnd } from './run-training.ts';
import { noisyTable, resolved } from './table-fixtures.ts';
import { largest } from './textbook.ts';

const linear = (more: object = {}) =>
  resolved({
    type: 'linear_regression',
    target: 'y',
    features: ['x'],
    solver: { type: 'normal_equations' },
    ...more,
  });
const network = (more: object = {}) =>
  resolved({
    type: 'mlp',
    task: 'regression',
    target: 'y',
    features: ['x'],
    hidden_layers: [{ units: 4, activation: 'relu' }],
    epochs: 3,
    validation: { fraction: 0 },
    ...more,
  });

describe('rows without a target', () => {
  const x: Cell[] = Array.from({ length: 20 }, (_, i) => (i * 7) % 11);
  const y: Cell[] = x.map((value) => 3 * Number(value) + 1);
  const holes = new Set([0, 7, 19]);
  const withHoles = tableOf({
    x: x.map((value, i) => (holes.has(i) ? 1e9 : value)),
    y: y.map((value, i) => (holes.has(i) ? null : value)),
  });
  const without = tableOf({ x: x.filter((_, i) => !holes.has(i)), y: y.filter((_, i) => !holes.has(i)) });

  it.each([
    ['linear_regression', linear()],
    ['mlp', network()],
  ])('are left out of a %s and warned about', (_, config) => {
    const { outcome } = trainToEnd(config, withHoles);
    expect(outcome.warnings).toEqual([
      { code: 'missing_target', message: '3 of 20 rows have no value in the target "y" and were left out' },
    ]);
    expect(outcome.metrics.train.rows).toBe(17);
    expect(outcome.weightsSha256).toBe(trainToEnd(config, without).outcome.weightsSha256);
  });

  it('may leave too few, or a single class', () => {
    const codes = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        if (error instanceof JobFailure) return error.code;
        throw error;
      }
      return null;
    };
    expect(codes(() => trainToEnd(linear(), tableOf({ x: [1, 2], y: [3, null] })))).toBe('too_few_rows');
    const perceptron = resolved({
      type: 'perceptron',
      target: 'y',
      features: ['x'],
      preprocessing: { missing: 'drop_row' },
    });
    const table = tableOf({ x: [1, 2, null, 4], y: ['a', 'a', 'b', 'a'] });
    expect(codes(() => trainToEnd(perceptron, table))).toBe('single_class');
  });
});

describe('the rows held back', () => {
  const count = 40;
  const base = {
    x: Array.from({ length: count }, (_, i) => ((i * 17) % count) / 4),
    color: Array.from({ length: count }, (_, i) => ['red', 'blue'][(i >> 1) % 2]),
    y: Array.from({ length: count }, (_, i) => 100 + ((i * 29) % count)),
  };
  const configs: Record<string, ResolvedModelConfig> = {
    'a linear regression': linear({ features: ['x', 'color'], validation: { fraction: 0.25 } }),
    'a network': network({ features: ['x', 'color'], validation: { fraction: 0.25 } }),
  };

  /** The table with extreme values in these rows, in features and target. */
  function planted(rows: readonly number[]): Table {
    const change = (cells: readonly Cell[], cell: Cell) =>
      cells.map((value, i) => (rows.includes(i) ? cell : value));
    return tableOf({
      x: change(base.x, 1e6),
      color: change(base.color, 'never seen'),
      y: change(base.y, -1e7),
    });
  }

  it.each(Object.entries(configs))('are never seen by %s', (_, config) => {
    const undisturbed = trainToEnd(config, planted([])).outcome;
    const bitsOf = (table: Table) => trainToEnd(config, table).outcome.weightsSha256;
    // Found from outside: the rows that can be changed without a change of the model.
    const held = base.x.flatMap((_, i) => (bitsOf(planted([i])) === undisturbed.weightsSha256 ? [i] : []));
    expect(held).toHaveLength(10);

    const { trained, metrics, weightsSha256 } = trainToEnd(config, planted(held)).outcome;
    expect(weightsSha256).toBe(undisturbed.weightsSha256);
    expect(trained).toEqual(undisturbed.trained);
    expect(metrics.train).toEqual(undisturbed.metrics.train);
    const rmse = (split: typeof metrics) => (split.validation as RegressionMetrics).rmse;
    expect(rmse(metrics)).toBeGreaterThan(1000 * rmse(undisturbed.metrics));
  });
});

describe('a validation dataset', () => {
  const validation = { dataset: `ds_${'0'.repeat(26)}` };
  const table = noisyTable(80);
  const other = noisyTable(50, 9);
  const features = ['a', 'color'];
  const configs: Record<string, (validation: object) => ResolvedModelConfig> = {
    'a linear regression': (held) => linear({ target: 'price', features, validation: held }),
    'a logistic regression': (held) =>
      resolved({
        type: 'logistic_regression',
        target: 'label',
        features,
        solver: { type: 'newton' },
        validation: held,
      }),
    'a network': (held) => network({ target: 'price', features, epochs: 3, validation: held }),
  };

  it.each(Object.entries(configs))('changes nothing of %s but what is measured', (_, configOf) => {
    const alone = trainToEnd(configOf({ fraction: 0 }), table);
    const { outcome, records } = trainToEnd(configOf(validation), table, { validationTable: other });
    expect(outcome.weightsSha256).toBe(alone.outcome.weightsSha256);
    expect(outcome.trained).toEqual(alone.outcome.trained);
    expect(outcome.metrics.train).toEqual(alone.outcome.metrics.train);
    expect(outcome.metrics.validation).toMatchObject({ rows: 50 });
    expect(records.every((record) => record.validation_loss !== null)).toBe(true);
  });

  it.each(Object.entries(configs))(
    'that is the table itself measures %s as on its own rows',
    (_, configOf) => {
      const { outcome, records } = trainToEnd(configOf(validation), table, { validationTable: table });
      expect(outcome.metrics.validation).toEqual(outcome.metrics.train);
      // Of a linear model both are J after the iteration, summed in another order; a network's is a running mean over the epoch.
      const { loss, validation_loss } = records.at(-1)!;
      if (outcome.trained.dtype === 'f64') expect(validation_loss! / loss).toBeCloseTo(1, 12);
    },
  );

  it('loses the rows that training would lose, with a warning that says where', () => {
    const trainOn = tableOf({ x: [1, 2, 3], y: [1, 2, 3] });
    const config = linear({ validation, preprocessing: { missing: 'drop_row' } });
    const measureOn = tableOf({ x: [1, null, 3], y: [1, 2, null] });
    const { metrics, warnings } = trainToEnd(config, trainOn, { validationTable: measureOn }).outcome;
    expect(metrics.validation).toMatchObject({ rows: 1 });
    expect(warnings.map(({ code, message }) => [code, message.slice(0, 35)])).toEqual([
      ['missing_target', 'In the validation dataset 1 of 3 ro'],
      ['rows_dropped', 'In the validation dataset 1 of 3 ro'],
    ]);
    const holes = tableOf({ x: [null, 2], y: [1, null] });
    expect(() => trainToEnd(config, trainOn, { validationTable: holes })).toThrow(/no row of the validation/);
  });

  it('is asked for and not there: no silent training without it', () => {
    expect(() => trainToEnd(linear({ validation }), tableOf({ x: [1, 2], y: [1, 2] }))).toThrow(/not given/);
  });
});

describe('a constant feature', () => {
  const table = noisyTable(60);
  const constant = { name: 'same', type: 'number', values: new Float64Array(60).fill(42) } as const;
  const single = tableOf({ only: Array.from({ length: 60 }, () => 'one') }).columns[0];
  const withConstants = { rows: 60, columns: [constant, ...table.columns, single] };
  const features = ['same', 'a', 'only', 'b'];

  const logistic = (type: string) =>
    resolved({ type: 'logistic_regression', target: 'label', features, solver: { type } });
  const configs: Record<string, ResolvedModelConfig> = {
    linear_regression: linear({ target: 'price', features }),
    'logistic_regression, newton': logistic('newton'),
    'logistic_regression, lbfgs': logistic('lbfgs'),
    'logistic_regression, gradient_descent': logistic('gradient_descent'),
    perceptron: resolved({ type: 'perceptron', target: 'label', features }),
    mlp: network({ target: 'price', features, l2: 0.01 }),
    'mlp, momentum': network({ target: 'price', features, optimizer: { type: 'momentum' } }),
  };

  it.each(Object.entries(configs))('gets weight 0 and a warning from %s', (_, config) => {
    const { outcome, records } = trainToEnd(config, withConstants);
    const message =
      '"same" and "only" have a single value in the training rows: they encode as 0 and get weight 0; leave such a feature out';
    expect(records[0].findings).toEqual([
      { code: 'constant_feature', layer: null, epoch: 0, value: 2, message },
    ]);
    const [{ inputs, outputs }] = outcome.trained.layers;
    expect([inputs, outcome.trained.preprocessing.columns]).toEqual([4, ['same', 'a', 'only=one', 'b']]);
    const weightsOf = (column: number) =>
      parametersOf(outcome).slice(column * outputs, (column + 1) * outputs);
    expect(largest([...weightsOf(0), ...weightsOf(2)])).toBe(0);
    expect(largest(weightsOf(1))).toBeGreaterThan(0);
  });
});

describe('divergence', () => {
  const table = noisyTable(60);
  const mlp = (optimizer: object, more: object = {}) =>
    resolved({
      type: 'mlp',
      task: 'classification',
      target: 'label',
      features: ['a', 'b'],
      hidden_layers: [{ units: 8, activation: 'relu' }],
      optimizer,
      ...more,
    });
  const descent = { type: 'gradient_descent', learning_rate: 1e30, max_iterations: 1000 };
  const configs: Record<string, ResolvedModelConfig> = {
    'mlp, sgd': mlp({ type: 'sgd', learning_rate: 1e30 }),
    'mlp, momentum': mlp({ type: 'momentum', learning_rate: 1e30 }),
    'mlp, adam': mlp({ type: 'adam', learning_rate: 1e30 }),
    'mlp, a regression': mlp({ type: 'sgd', learning_rate: 1e30 }, { task: 'regression', target: 'price' }),
    linear_regression: linear({ target: 'price', features: ['a', 'b'], solver: descent }),
    'logistic_regression with a penalty': resolved({
      type: 'logistic_regression',
      target: 'label',
      features: ['a', 'b'],
      solver: descent,
      l2: 1,
    }),
  };

  it.each(Object.entries(configs))('of %s fails the job in the epoch that it names', (_, config) => {
    const records: unknown[] = [];
    let failure: unknown = null;
    try {
      runTraining(config, table, { onEpoch: (record) => void records.push(record) });
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(JobFailure);
    const { code, message } = failure as JobFailure;
    expect(code).toBe('diverged');
    expect(message).toContain(`diverged in epoch ${records.length + 1}: `);
    expect(message).toContain('learning rate');
    // JSON has no other way to say that a number was not finite.
    expect(JSON.stringify(records)).not.toContain('"loss":null');
    expect(JSON.stringify(records)).not.toMatch(/"(accuracy|rmse|validation_accuracy|validation_rmse)":null/);
  });

  it('leaves the last finite weights, those of the epoch before, and says so in a finding', () => {
    // 2.2 is past the largest step that the curvature allows: J doubles until it overflows.
    const diverging = (epochs: number) =>
      linear({
        target: 'price',
        features: ['a', 'b'],
        solver: { type: 'gradient_descent', learning_rate: 3, max_iterations: epochs, tolerance: 0 },
      });
    let failure: unknown = null;
    try {
      trainToEnd(diverging(10_000), table);
    } catch (error) {
      failure = error;
    }
    const { findings, remains, message } = failure as Divergence;
    const epoch = Number(/in epoch (\d+)/.exec(message)![1]);
    expect(epoch).toBeGreaterThan(10);
    expect(findings).toEqual([{ code: 'diverged', layer: 'output', epoch, value: null, message }]);
    expect(remains!.epoch).toBe(epoch - 1);
    const before = trainToEnd(diverging(20), table).outcome;
    const early = decodeWeights(before.trained, before.weights);
    const kept = decodeWeights(remains!.trained, remains!.weights);
    expect(kept.every(Number.isFinite)).toBe(true);
    expect(Math.abs(kept[0])).toBeGreaterThan(1e6 * Math.abs(early[0]));
  });

  it('of the weights alone, by the last step of an epoch, is found before it can be stored', () => {
    const config = mlp(
      { type: 'sgd', learning_rate: 1e40 },
      { epochs: 1, batch_size: 60, validation: { fraction: 0 } },
    );
    expect(() => trainToEnd(config, table)).toThrow(
      /^diverged in epoch 1: weight \[0, \d\] \(input, unit\) of hidden_1 is /,
    );
  });
});
