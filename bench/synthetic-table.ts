/** Tables for the benchmarks, the same at every run. */
import type { Table } from '../src/data/table.ts';
import { createRandom } from '../src/math/random.ts';

/**
 * Features `x1` … `xk`, standard normal, and a noisy linear `value` with its sign as the category `label`; or, with more classes,
 * a `label` that has nothing to do with them.
 */
export function syntheticTable(rows: number, features: number, classes = 2): Table {
  const random = createRandom(1);
  const weights = Array.from({ length: features }, () => random.normal());
  const columns = weights.map(() => new Float64Array(rows));
  const value = new Float64Array(rows);
  const codes = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < features; j++) {
      columns[j][i] = random.normal();
      value[i] += weights[j] * columns[j][i];
    }
    value[i] += random.normal();
    codes[i] = classes === 2 ? Number(value[i] > 0) : i % classes;
  }
  const dictionary = Array.from({ length: classes }, (_, i) => `class ${i}`);
  return {
    rows,
    columns: [
      ...columns.map((values, j) => ({ name: `x${j + 1}`, type: 'number' as const, values })),
      { name: 'value', type: 'number', values: value },
      { name: 'label', type: 'category', codes, dictionary, boolean: false },
    ],
  };
}
