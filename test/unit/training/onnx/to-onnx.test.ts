/** Exported models in onnxruntime beside our own predictions: every kind of model, activation and option of the preprocessing. */
import { describe, expect, it } from 'vitest';
import type { Cell, Row } from '../../../../src/contracts/dataset.ts';
import type { Preprocessing } from '../../../../src/contracts/model-config.ts';
import { activationNames } from '../../../../src/math/activations/index.ts';
import { createRandom } from '../../../../src/math/random.ts';
import { type ModelOptions, predictAll, predictorOf, trainedModel, weightsOf } from '../trained-models.ts';
import { exported, runOnnx } from './run-onnx.ts';

/** What the export promises. Of linear models and of what is scaled in double the difference is a hundred million times less. */
const tolerance = 1e-5;
const doubleTolerance = 1e-12;

const random = createRandom(17);
const pick = <T>(items: readonly T[]): T => items[Math.floor(random.uniform() * items.length)]!;
const people50: Row[] = Array.from({ length: 50 }, () => ({
  age: pick<Cell>([random.normal() * 20 + 40, 35, null]),
  sex: pick<Cell>(['f', 'm', 'x', null]),
  member: pick<Cell>([true, false, null]),
}));

const numbers = { a: [1, 2, null, 4, 5.5], b: [10, 20, 30, 40, 50], c: [0, 0, 1, 5, 9] } satisfies Record<
  string,
  Cell[]
>;
const numbers50: Row[] = Array.from({ length: 50 }, () => ({
  a: pick<Cell>([random.uniform() * 6, null]),
  b: random.uniform() * 60,
  c: pick<Cell>([random.uniform() * 9, 0]),
}));

async function compare(options: ModelOptions, rows: readonly Row[], limit: number): Promise<void> {
  const trained = trainedModel(options);
  const { predictions } = predictAll(predictorOf(trained), rows);
  const answer = await runOnnx(await exported(trained, weightsOf(trained)), trained, rows);
  const expected = predictions.flatMap((prediction) =>
    'value' in prediction ? [prediction.value] : Object.values(prediction.probabilities!),
  );
  expect(answer.outputs).toHaveLength(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  expected.forEach((value, i) => {
    expect(Math.abs(answer.outputs[i]! - value), `output ${i}`).toBeLessThanOrEqual(limit * scale);
  });
  if (trained.classes === null) return;
  const labels = predictions.map((prediction) => ('label' in prediction ? prediction.label : null));
  // int64 comes as BigInt, a truth value as 0 or 1.
  const plain = answer.label!.map((label) =>
    typeof label === 'bigint'
      ? Number(label)
      : typeof trained.classes![0] === 'boolean'
        ? Boolean(label)
        : label,
  );
  expect(plain).toEqual(labels);
}

const heads: Record<string, ModelOptions> = {
  'a linear regression': { output: 'value' },
  'a logistic regression': { output: 'sigmoid', classes: ['no', 'yes'] },
  'a softmax regression on numbers': { output: 'softmax', classes: [1, 2, 30], outputs: 3 },
  'a perceptron of booleans': { output: 'step', classes: [false, true] },
  'a perceptron of many classes': { output: 'step', classes: ['a', 'b', 'c'], outputs: 3 },
  'a network that classifies': {
    output: 'softmax',
    classes: ['a', 'b', 'ü 🦊'],
    outputs: 3,
    dtype: 'f32',
    hidden: [
      { units: 7, activation: 'relu' },
      { units: 5, activation: 'tanh' },
    ],
  },
  'a network of two classes': {
    output: 'sigmoid',
    classes: [0, 1],
    dtype: 'f32',
    hidden: [{ units: 9, activation: 'silu' }],
  },
  'a network that regresses': {
    output: 'value',
    dtype: 'f32',
    hidden: [{ units: 9, activation: 'sigmoid' }],
    targetScaling: { mean: 1000, scale: 12.5 },
  },
};

describe('an exported model', () => {
  it.each(Object.entries(heads))('answers as %s does, from one input of numbers', async (_, options) => {
    const limit = options.dtype === 'f32' ? tolerance : doubleTolerance;
    await compare({ ...options, columns: numbers }, numbers50, limit);
  });

  it.each(Object.entries(heads))('answers as %s does, from one input a feature', async (_, options) => {
    await compare(options, people50, options.dtype === 'f32' ? tolerance : doubleTolerance);
  });

  it.each(activationNames)('answers as a network of %s does', async (activation) => {
    const hidden = [
      { units: 8, activation },
      { units: 6, activation },
    ];
    const options: ModelOptions = { output: 'sigmoid', classes: ['no', 'yes'], dtype: 'f32', hidden };
    await compare({ ...options, columns: numbers }, numbers50, tolerance);
  });

  const preprocessings: Partial<Preprocessing>[] = [
    ...(['standardize', 'min_max', 'robust', 'log1p', 'none'] as const).map((numeric) => ({ numeric })),
    { impute_numeric: 'mean' },
    { impute_numeric: 7 },
    { impute_category: 'f' },
    { impute_category: 'nobody' },
    { category: 'ordinal' },
    { missing_indicator: true },
    { category: 'ordinal', missing_indicator: true, numeric: 'robust' },
  ];
  it.each(preprocessings)('preprocesses under %j', async (preprocessing) => {
    const options: ModelOptions = { output: 'value', preprocessing };
    const adults = people50.map((row) => ({
      ...row,
      age: row.age === null ? null : Math.abs(row.age as number),
    }));
    await compare(options, adults, doubleTolerance);
    await compare({ ...options, columns: numbers }, numbers50, doubleTolerance);
  });

  it.each(['drop_row', 'error'] as const)('under missing %s answers rows without holes', async (missing) => {
    const whole = (rows: readonly Row[]) =>
      rows.filter((row) => Object.values(row).every((cell) => cell !== null));
    const columns = { age: [20, 35, 50], sex: ['f', 'm', 'f'], member: [true, false, true] };
    await compare({ output: 'value', columns, preprocessing: { missing } }, whole(people50), doubleTolerance);
  });

  it('encodes a single category and a constant as 0, and knows the empty string as a category', async () => {
    const columns = { only: ['x', 'x', 'x'], same: [4, 4, 4], text: ['', 'a', 'b'], z: [1, 2, 3] };
    const rows = [
      { only: 'x', same: 4, text: '', z: 1 },
      { only: 'y', same: 5, text: 'a', z: 2 },
      { only: 'x', same: 4, text: 'new', z: 0 },
    ];
    await compare({ output: 'value', columns }, rows, doubleTolerance);
    await compare(
      { output: 'value', columns, preprocessing: { category: 'ordinal' } },
      rows,
      doubleTolerance,
    );
  });

  it('gives any number of rows, none too', async () => {
    const trained = trainedModel({ output: 'sigmoid', classes: ['no', 'yes'] });
    const file = await exported(trained, weightsOf(trained));
    for (const count of [0, 1, 3]) {
      const { label, outputs } = await runOnnx(file, trained, people50.slice(0, count));
      expect([label!.length, outputs.length]).toEqual([count, 2 * count]);
    }
  });

  it('takes any name of a feature, but not that of an output', async () => {
    const named = (columns: Record<string, Cell[]>) => {
      const trained = trainedModel({ output: 'sigmoid', classes: ['no', 'yes'], columns });
      return exported(trained, weightsOf(trained));
    };
    await named({ Concat_1: ['a', 'b'], 'constant_2 "ü"': [1, 2], value: [1, 2] });
    await expect(named({ label: ['a', 'b'] })).rejects.toThrow('"label" has the name of an output');
    // Numbers alone come in one input: their names are no values of the graph.
    await named({ label: [1, 2] });
  });

  it('is read although features have the names that its nodes would have', async () => {
    const columns = { Concat_1: ['a', 'b'], constant_2: ['c', 'd'], LabelEncoder_3: [1, 2] };
    await compare(
      { output: 'value', columns },
      [{ Concat_1: 'a', constant_2: 'd', LabelEncoder_3: 5 }],
      doubleTolerance,
    );
  });
});
