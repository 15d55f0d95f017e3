/** Writes a table for a test from rows of plain values, typed as ingest would type them. */
import type { Cell } from '../../../src/contracts/dataset.ts';
import { compareCodePoints } from '../../../src/data/code-point-order.ts';
import type { Column, Table } from '../../../src/data/table.ts';

/** Columns of numbers, texts or booleans; null is missing. */
export function tableOf(columns: Record<string, readonly Cell[]>): Table {
  const names = Object.keys(columns);
  return { rows: columns[names[0]].length, columns: names.map((name) => columnOf(name, columns[name])) };
}

function columnOf(name: string, cells: readonly Cell[]): Column {
  const first = cells.find((cell) => cell !== null);
  if (typeof first === 'number') {
    return {
      name,
      type: 'number',
      values: Float64Array.from(cells, (cell) => (cell as number | null) ?? Number.NaN),
    };
  }
  const dictionary = [...new Set(cells.filter((cell) => cell !== null).map(String))].sort(compareCodePoints);
  const codes = Int32Array.from(cells, (cell) => (cell === null ? -1 : dictionary.indexOf(String(cell))));
  return { name, type: 'category', codes, dictionary, boolean: dictionary.join() === 'false,true' };
}

/** Every row number of a table. */
export function allRows({ rows }: Table): Uint32Array {
  return Uint32Array.from({ length: rows }, (_, row) => row);
}
