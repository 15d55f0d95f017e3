/** Finds a table's column by its name: configs name columns, tables hold them in order. */
import { JobFailure } from '../errors.ts';
import type { Column, Table } from './table.ts';

/** @throws JobFailure `unsupported_data` when the table has no such column */
export function findColumn(table: Table, name: string): Column {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new JobFailure('unsupported_data', `the table has no column "${name}"`);
  return column;
}
