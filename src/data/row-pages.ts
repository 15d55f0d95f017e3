/** Reads a page of a stored table back as JSON rows. */
import type { Cell, ColumnProfile, Row } from '../contracts/dataset.ts';
import { withDuckDb } from './duckdb.ts';
import type { RowsRequest } from './messages.ts';
import { columnReferences, parquetSource } from './parquet-file.ts';

const memoryMiB = 256;

/** Rows in the order of the upload; a missing value is null, and a column of exactly false and true gives booleans. */
export function readRows(request: RowsRequest): Promise<Row[]> {
  const { path, columns, offset, limit } = request;
  return withDuckDb({ paths: [path], memoryMiB }, async (connection) => {
    const references = await columnReferences(connection, path);
    const selected = columns.map((column) => {
      const reference = references.get(column.name);
      if (reference === undefined) throw new Error(`the stored table has no column "${column.name}"`);
      return reference;
    });
    const reader = await connection.runAndReadAll(
      `SELECT ${selected.join(', ')} FROM ${parquetSource(path)} LIMIT ${limit} OFFSET ${offset}`,
    );
    const booleans = columns.map(isBooleanColumn);
    return reader
      .getRows()
      .map((values) =>
        Object.fromEntries(
          columns.map((column, index) => [
            column.name,
            toCell(values[index] as number | string | null, booleans[index]!),
          ]),
        ),
      );
  });
}

/** A profile shows the values of such a column as booleans already. */
function isBooleanColumn(column: ColumnProfile): boolean {
  return column.type === 'category' && column.top.some(({ value }) => typeof value === 'boolean');
}

function toCell(value: number | string | null, isBoolean: boolean): Cell {
  return isBoolean && value !== null ? value === 'true' : value;
}
