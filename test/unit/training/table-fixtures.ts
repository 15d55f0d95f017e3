/** Small tables for the training tests. */
import { readFileSync } from 'node:fs';
import type { Cell } from '../../../src/contracts/dataset.ts';
import { ModelConfig, type ResolvedModelConfig } from '../../../src/contracts/model-config.ts';
import type { Column, Table } from '../../../src/data/table.ts';
import { createRandom } from '../../../src/math/random.ts';

/** A column is a number's when its first present value is one; null is missing. */
export function tableOf(columns: Record<string, Cell[]>): Table {
  const [first] = Object.values(columns);
  return {
    rows: first.length,
    columns: Object.entries(columns).map(([name, cells]) => columnOf(name, cells)),
  };
}

function columnOf(name: string, cells: Cell[]): Column {
  if (typeof cells.find((cell) => cell !== null) === 'number') {
    return {
      name,
      type: 'number',
      values: Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))),
    };
  }
  const dictionary = [...new Set(cells.filter((cell) => cell !== null).map(String))].sort();
  const codes = Int32Array.from(cells, (cell) => (cell === null ? -1 : dictionary.indexOf(String(cell))));
  return { name, type: 'category', codes, dictionary, boolean: false };
}

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
