/** Small tables for the training tests. */
import { readFileSync } from 'node:fs';
import type { Cell } from '../../../src/contracts/dataset.ts';
import { ModelConfig, type ResolvedModelConfig } from '../../../src/contracts/model-config.ts';
import type { Table } from '../../../src/data/table.ts';
import { createRandom } from '../../../src/math/random.ts';
import { tableOf } from '../data/table-of.ts';

/** A config as a job has it, for a table of these features. */
export function resolved(
  config: { type: string; target: string; features: string[] } & Record<string, unknown>,
): ResolvedModelConfig {
  return ModelConfig.parse(config) as ResolvedModelConfig;
}

export const irisFeatures = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'];

export function irisTable(): Table {
  const text = readFileSync(new URL('../../../examples/iris.csv', import.meta.url), 'utf8');
  const [header, ...lines] = text
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const columns = header.map((name, j): [string, Cell[]] => [
    name,
    lines.map((line) => (name === 'species' ? line[j] : Number(line[j]))),
  ]);
  return tableOf(Object.fromEntries(columns));
}

/** The four corners, 25 times. */
export function xorTable(): Table {
  const corners = Array.from({ length: 100 }, (_, i) => [i & 1, (i >> 1) & 1]);
  return tableOf({
    a: corners.map(([a]) => a),
    b: corners.map(([, b]) => b),
    label: corners.map(([a, b]) => (a === b ? 'same' : 'different')),
  });
}

/** Two overlapping classes and a value that depends on both features, with noise. */
export function noisyTable(rows: number, seed = 5): Table {
  const random = createRandom(seed);
  const points = Array.from({ length: rows }, () => [
    random.normal() * 3 + 10,
    random.normal(),
    random.normal(),
  ]);
  return tableOf({
    a: points.map(([a]) => a),
    b: points.map(([, b]) => b),
    color: points.map(([a, b]) => (a + b > 10 ? 'red' : 'blue')),
    label: points.map(([a, b, noise]) => (a - 10 + 2 * b + 2 * noise > 0 ? 'yes' : 'no')),
    grade: points.map(([a, b, noise]) => (a + noise > 11 ? 'high' : b + noise > 0 ? 'low' : 'mid')),
    price: points.map(([a, b, noise]) => 1000 + 40 * a - 25 * b + 5 * noise),
  });
}

/** A `grade` of three classes that depends on the first two of many number columns. */
export function wideTable(rows: number, columns: number): Table {
  const random = createRandom(6);
  const values = Array.from({ length: columns }, () => Array.from({ length: rows }, () => random.normal()));
  const grade = values[0].map((value, i) => (value > 1 ? 'high' : value + values[1][i] > 0 ? 'mid' : 'low'));
  return tableOf({ grade, ...Object.fromEntries(values.map((cells, j) => [`x${j}`, cells])) });
}
