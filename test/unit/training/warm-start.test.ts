/** A training that starts from a version: at the function that the version is, whatever its own data's scales, and to the same bits. */
import { describe, expect, it } from 'vitest';
import type { ResolvedModelConfig } from '../../../src/contracts/model-config.ts';
import { encodeTable } from '../../../src/data/preprocessing/encode-table.ts';
import type { Table } from '../../../src/data/table.ts';
import { JobFailure } from '../../../src/errors.ts';
import { createReferenceKernels } from '../../../src/math/kernels/reference.ts';
import { type Dtype, sharedMatrix } from '../../../src/math/matrix.ts';
import { createRandom } from '../../../src/math/random.ts';
import { encodeWeights } from '../../../src/training/model-weights.ts';
import { createPredictor } from '../../../src/training/predict.ts';
import { prepareData } from '../../../src/training/prepare-data.ts';
import type { FinishedTraining } from '../../../src/training/train.ts';
import { startingParameters } from '../../../src/training/warm-start.ts';
import { allRows, tableOf } from '../data/table-of.ts';
import { parametersOf, runTraining, trainToEnd } from './run-training.ts';
import { noisyTable, resolved } from './table-fixtures.ts';

const features = ['a', 'b', 'color'];
const noPoll = () => {};

const configs: Record<string, ResolvedModelConfig> = {
  'linear regression': resolved({
    type: 'linear_regression',
    target: 'price',
    features,
    solver: { type: 'lbfgs' },
  }),
  'softmax regression': resolved({
    type: 'logistic_regression',
    target: 'grade',
    features,
    l2: 0.01,
    solver: { type: 'newton' },
  }),
  'logistic regression by sgd': resolved({
    type: 'logistic_regression',
    target: 'label',
    features,
    solver: { type: 'sgd' },
    epochs: 5,
  }),
  perceptron: resolved({ type: 'perceptron', target: 'label', features, epochs: 5 }),
  'network, classification': resolved({
    type: 'mlp',
    task: 'classification',
    target: 'grade',
    features,
    hidden_layers: [{ units: 8, activation: 'tanh' }],
    validation: { fraction: 0 },
    epochs: 5,
  }),
  'network, regression': resolved({
    type: 'mlp',
    task: 'regression',
    target: 'price',
    features,
    hidden_layers: [{ units: 8, activation: 'relu' }],
    validation: { fraction: 0 },
    epochs: 5,
  }),
  'network without a hidden layer, regression': resolved({
    type: 'mlp',
    task: 'regression',
    target: 'price',
    features,
    validation: { fraction: 0 },
    epochs: 5,
  }),
};

/** Other rows: the numbers lie elsewhere, and there is a colour more. */
function elsewhere(): Table {
  const random = createRandom(9);
  const rows = Array.from({ length: 90 }, (_, i) => ({
    a: random.normal() * 9 - 40,
    b: 7 + 0.1 * random.normal(),
    i,
  }));
  return tableOf({
    a: rows.map(({ a }) => a),
    b: rows.map(({ b }) => b),
    color: rows.map(({ i }) => ['red', 'blue', 'amber'][i % 3]!),
    label: rows.map(({ i }) => (i % 2 ? 'yes' : 'no')),
    grade: rows.map(({ i }) => ['high', 'mid', 'low'][i % 3]!),
    price: rows.map(({ a }) => a * 1e-3),
  });
}

const preprocessed = (config: ResolvedModelConfig, preprocessing: object) =>
  ({ ...config, preprocessing: { ...config.preprocessing, ...preprocessing } }) as ResolvedModelConfig;

function prepare(config: ResolvedModelConfig, table: Table) {
  const kernels = createReferenceKernels(config.type === 'mlp' ? 'f32' : 'f64');
  const allocate = (rows: number, columns: number, dtype: Dtype) =>
    sharedMatrix(rows, columns, kernels.strideOf(columns), dtype);
  return { kernels, data: prepareData(config, { table }, allocate, noPoll) };
}

/** What the version computes for every row of a table. */
function outputsOf(
  { trained, weights }: Pick<FinishedTraining, 'trained' | 'weights'>,
  table: Table,
): number[] {
  const kernels = createReferenceKernels(trained.dtype);
  const columns = trained.preprocessing.columns.length;
  const x = sharedMatrix(table.rows, columns, kernels.strideOf(columns), trained.dtype);
  encodeTable(trained.preprocessing, table, allRows(table), x);
  return Array.from(createPredictor(trained, weights, kernels).scores(x, noPoll).outputs);
}

describe.each(Object.entries(configs))('%s', (_, config) => {
  const version = trainToEnd(config, noisyTable(120)).outcome;

  it('starts at the same bits on the same data', () => {
    const { data } = prepare(config, noisyTable(120));
    expect(Array.from(startingParameters(version, data, config))).toEqual(parametersOf(version));
  });

  it.each([
    ['other rows', {}],
    ['other rows and another scaling', { numeric: 'min_max' }],
    ['other rows without scaling', { numeric: 'none' }],
  ])('starts as the same function on %s', (_name, preprocessing) => {
    const changed = preprocessed(config, preprocessing);
    const { data } = prepare(changed, elsewhere());
    const start = startingParameters(version, data, changed);
    const { dtype } = version.trained;
    const inputs = data.preprocessing.columns.length;
    const [first, ...others] = version.trained.layers;
    const trained = {
      ...version.trained,
      preprocessing: data.preprocessing,
      target_scaling: data.targetScaling,
      layers: [{ ...first!, inputs }, ...others],
    };
    const weights = encodeWeights(dtype === 'f32' ? Float32Array.from(start) : start);
    const expected = outputsOf(version, elsewhere());
    const got = outputsOf({ trained, weights }, elsewhere());
    const size = Math.max(...expected.map(Math.abs));
    // Rounding of the weights, times inputs that lie tens of deviations from where the version learned.
    const tolerance = size * (dtype === 'f32' ? 2e-4 : 1e-12);
    for (const [i, value] of got.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(tolerance);
  });

  it('goes on from a checkpoint to the same bits as undisturbed', () => {
    const options = { initial: version };
    const undisturbed = trainToEnd(config, elsewhere(), options);
    let polls = 0;
    const stopped = runTraining(config, elsewhere(), {
      ...options,
      control: () => (++polls > 2 && undisturbed.records.length > 1 ? 'drain' : 'continue'),
    });
    const state = stopped.checkpoints.at(-1)?.state ?? null;
    const resumed = trainToEnd(config, elsewhere(), { ...options, checkpoint: state });
    expect(resumed.outcome.weightsSha256).toBe(undisturbed.outcome.weightsSha256);
  });

  it('is not where it would start otherwise', () => {
    const cold = trainToEnd(config, elsewhere()).records[0]!;
    const warm = trainToEnd(config, elsewhere(), { initial: version }).records[0]!;
    expect(warm.loss).not.toBe(cold.loss);
  });
});

it('has an optimum at once where the version is one', () => {
  const config = resolved({
    type: 'logistic_regression',
    target: 'label',
    features,
    l2: 0.1,
    solver: { type: 'lbfgs' },
  });
  const cold = trainToEnd(config, noisyTable(120));
  const warm = trainToEnd(config, noisyTable(120), { initial: cold.outcome });
  expect(cold.records.length).toBeGreaterThan(5);
  expect(warm.records.length).toBeLessThanOrEqual(2);
  for (const [i, value] of parametersOf(warm.outcome).entries())
    expect(value).toBeCloseTo(parametersOf(cold.outcome)[i]!, 6);
});

it('leaves the normal equations where they are', () => {
  const config = resolved({
    type: 'linear_regression',
    target: 'price',
    features,
    solver: { type: 'normal_equations' },
  });
  const initial = trainToEnd(config, elsewhere()).outcome;
  const warm = trainToEnd(config, noisyTable(120), { initial }).outcome;
  expect(warm.weightsSha256).toBe(trainToEnd(config, noisyTable(120)).outcome.weightsSha256);
});

it('gives an unknown category and a constant feature weight 0, and a model without intercept none', () => {
  const config = resolved({ type: 'perceptron', target: 'label', features, fit_intercept: false });
  const version = trainToEnd(config, noisyTable(120)).outcome;
  const table = elsewhere();
  const b = table.columns.find(({ name }) => name === 'b')!;
  if (b.type === 'number') b.values.fill(3);
  const { data } = prepare(config, table);
  const start = startingParameters(version, data, config);
  expect(data.preprocessing.columns).toEqual(['a', 'b', 'color=amber', 'color=blue', 'color=red']);
  const [a, , blue, red] = parametersOf(version);
  expect(start[0] === 0).toBe(a === 0);
  expect(Array.from(start.subarray(1))).toEqual([0, 0, blue, red, 0]);
});

it.each([
  ['classes that the rows have not', 'label', (i: number) => `${i % 3}`, {}],
  [
    'ordinal codes that mean something else',
    'color',
    (i: number) => ['red', 'amber'][i % 2]!,
    { category: 'ordinal' },
  ],
])('refuses %s', (_, name, textOf, preprocessing) => {
  const config = preprocessed(configs.perceptron!, preprocessing);
  const version = trainToEnd(config, noisyTable(120)).outcome;
  const { rows, columns } = elsewhere();
  const [changed] = tableOf({ [name]: Array.from({ length: rows }, (_, i) => textOf(i)) }).columns;
  const table = { rows, columns: columns.map((column) => (column.name === name ? changed! : column)) };
  const train = () => runTraining(config, table, { initial: version });
  expect(train).toThrow(JobFailure);
  expect(train).toThrow('initialize_from');
});
