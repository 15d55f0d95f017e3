/** Whole trainings: ten healthy ones without a finding, sick ones with theirs, and the same with stops between. */
import { describe, expect, it } from 'vitest';
import type { ResolvedModelConfig } from '../../../../src/contracts/model-config.ts';
import type { Table } from '../../../../src/data/table.ts';
import { createRandom } from '../../../../src/math/random.ts';
import { tableOf } from '../../data/table-of.ts';
import { trainToEnd, trainUntilDrained } from '../run-training.ts';
import { irisFeatures, irisTable, noisyTable, resolved, xorTable } from '../table-fixtures.ts';

const random = createRandom(9);

function sineTable(): Table {
  const x = Array.from({ length: 300 }, () => random.uniform() * 6.28 - 3.14);
  return tableOf({ x, y: x.map((value) => Math.sin(2 * value) + 0.05 * random.normal()) });
}

const iris = { target: 'species', features: irisFeatures, task: 'classification' };
const xor = { target: 'label', features: ['a', 'b'], task: 'classification' };
const grade = { target: 'grade', features: ['a', 'b', 'color'], task: 'classification' };
const price = { target: 'price', features: ['a', 'b', 'color'], task: 'regression' };
const sine = { target: 'y', features: ['x'], task: 'regression' };
const noisy = noisyTable(600);
const sines = sineTable();

const stack = (depth: number, units: number, activation: string) =>
  Array.from({ length: depth }, () => ({
    units,
    activation,
    initializer: activation === 'relu' || activation === 'gelu' ? 'he' : 'glorot',
  }));

function mlp(base: object, hidden: object[], learningRate: number, more: object = {}): ResolvedModelConfig {
  const optimizer = { type: 'adam', learning_rate: learningRate };
  const config = {
    type: 'mlp',
    hidden_layers: hidden,
    optimizer,
    validation: { fraction: 0.2 },
    ...base,
    ...more,
  };
  return resolved(config as unknown as Parameters<typeof resolved>[0]);
}

const newton = { type: 'newton' };
const healthy: [string, Table, ResolvedModelConfig][] = [
  ['iris, the README’s', irisTable(), mlp(iris, stack(1, 16, 'relu'), 0.01)],
  ['iris, two tanh layers', irisTable(), mlp(iris, stack(2, 16, 'tanh'), 0.001)],
  ['XOR, ReLU', xorTable(), mlp(xor, stack(1, 8, 'relu'), 0.01)],
  ['XOR, sigmoid', xorTable(), mlp(xor, stack(1, 16, 'sigmoid'), 0.01)],
  ['three noisy classes, ReLU', noisy, mlp(grade, stack(1, 16, 'relu'), 0.001)],
  ['three noisy classes, two sigmoid layers', noisy, mlp(grade, stack(2, 32, 'sigmoid'), 0.001)],
  ['a price, GELU', noisy, mlp(price, stack(2, 32, 'gelu'), 0.001)],
  ['a sine, eight ReLU layers', sines, mlp(sine, stack(8, 32, 'relu'), 0.001)],
  ['a price, linear', noisy, resolved({ type: 'linear_regression', ...omitTask(price), solver: newton })],
  [
    'three classes, softmax regression',
    noisy,
    resolved({ type: 'logistic_regression', ...omitTask(grade), solver: newton }),
  ],
];

function omitTask<T extends { task: string }>({ task: _, ...rest }: T): Omit<T, 'task'> {
  return rest;
}

const findingsOf = (
  records: readonly { findings?: readonly { code: string; layer: string | null; epoch: number }[] }[],
) => records.flatMap(({ findings }) => findings ?? []);

it.each(healthy)('finds nothing in a healthy run: %s', (_, table, config) => {
  const { records } = trainToEnd(config, table);
  expect(findingsOf(records)).toEqual([]);
});

describe('a deep network', () => {
  const deep = (activation: string) =>
    trainToEnd(mlp(sine, stack(8, 32, activation), 0.001, { epochs: 60 }), sines);

  it('of sigmoids starves its first layers and learns little; its ReLU twin on the same data and seed does not', () => {
    const [sick, twin] = [deep('sigmoid'), deep('relu')];
    expect(findingsOf(sick.records)).toMatchObject([
      { code: 'vanishing_gradient', layer: 'hidden_1', message: expect.stringContaining('use relu') },
    ]);
    expect(findingsOf(twin.records)).toEqual([]);
    const r2Of = ({ outcome }: typeof sick) => (outcome.metrics.validation as { r2: number }).r2;
    expect(r2Of(sick)).toBeLessThan(0.3);
    expect(r2Of(twin)).toBeGreaterThan(0.9);
  });

  it('of sigmoids is found out the same, to the bit, when it was stopped amid the streak', () => {
    const config = mlp(iris, stack(8, 32, 'sigmoid'), 0.001, { epochs: 10 });
    const whole = trainToEnd(config, irisTable());
    const first = trainUntilDrained(config, irisTable(), 3);
    const rest = trainToEnd(config, irisTable(), { checkpoint: first.state });
    expect(findingsOf(whole.records)).toHaveLength(1);
    expect(findingsOf([...first.records, ...rest.records])).toEqual(findingsOf(whole.records));
  });
});

it.each([
  ['dead_units', mlp(iris, stack(8, 32, 'relu'), 0.1, { epochs: 20 }), irisTable()],
  ['saturated_units', mlp(grade, stack(2, 16, 'tanh'), 0.1, { epochs: 50 }), noisy],
  ['overfitting', mlp(grade, stack(2, 64, 'relu'), 0.01, { validation: { fraction: 0.8 } }), noisy],
  [
    'exploding_gradient',
    mlp(price, stack(2, 16, 'relu'), 0.001, { epochs: 5, preprocessing: { numeric: 'none' } }),
    bigNumbers(),
  ],
  ['linear_collapse', mlp(xor, stack(3, 8, 'identity'), 0.01, { epochs: 5 }), xorTable()],
])('finds %s', (code, config, table) => {
  expect(findingsOf(trainToEnd(config, table).records).map((finding) => finding.code)).toContain(code);
});

function bigNumbers(): Table {
  const { rows, columns } = noisyTable(600);
  return {
    rows,
    columns: columns.map((column) =>
      column.type === 'number' && column.name === 'a'
        ? { ...column, values: column.values.map((value) => 1000 * value) }
        : column,
    ),
  };
}
