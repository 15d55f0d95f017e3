/** Reads a page of a stored table back as JSON rows. */
import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { Cell, ColumnProfile, Row } from '../contracts/dataset.ts';
import { TrainyardError } from '../errors.ts';
import { memoryForPages, withDuckDb } from './duckdb.ts';
import { isBooleanColumn, type StoredCell } from './export/line-format.ts';
import type { RowsRequest } from './messages.ts';
import { columnReferences, parquetSource } from './parquet-file.ts';

/** JSON that one page may take, in UTF-16 units: what the API checks and writes in some 80 ms. */
const maxPageLength = 3 * 1024 * 1024;
/** Quotes, colon and comma around a name and its value. */
const punctuationLength = 6;
const longestNumber = 24;

/**
 * Rows in the order of the upload; a missing value is null, and a column of exactly false and true gives booleans.
 *
 * @throws TrainyardError `answer_too_large` when the rows asked for, more than one, carry too much
 */
export function readRows({ path, columns, offset, limit }: RowsRequest): Promise<Row[]> {
  const memoryMiB = memoryForPages(columns.length);
  return withDuckDb({ paths: [path], memoryMiB }, async (connection) => {
    const selected = await columnReferences(connection, path, columns);
    const result = await connection.stream(
      `SELECT ${selected.join(', ')} FROM ${parquetSource(path)} LIMIT ${limit} OFFSET ${offset}`,
    );
    const booleans = columns.map(isBooleanColumn);
    const rows: Row[] = [];
    let length = 0;
    for await (const chunk of result) {
      for (const cells of cellsOf(chunk)) {
        length += lengthOf(cells, columns);
        if (length > maxPageLength && rows.length > 0) throw pageTooLarge(rows.length, limit);
        const entries = columns.map(({ name }, index) => [name, toCell(cells[index]!, booleans[index]!)]);
        rows.push(Object.fromEntries(entries) as Row);
      }
    }
    return rows;
  });
}

/** Row by row, so that a page that is too long ends before all of it has become strings. */
function* cellsOf(chunk: DuckDBDataChunk): Generator<StoredCell[]> {
  const vectors = Array.from({ length: chunk.columnCount }, (_, index) => chunk.getColumnVector(index));
  for (let row = 0; row < chunk.rowCount; row++) {
    yield vectors.map((vector) => vector.getItem(row) as StoredCell);
  }
}

function lengthOf(cells: readonly StoredCell[], columns: readonly ColumnProfile[]): number {
  return cells.reduce<number>((sum, cell, index) => {
    const value = typeof cell === 'string' ? cell.length : longestNumber;
    return sum + columns[index]!.name.length + value + punctuationLength;
  }, 0);
}

function pageTooLarge(fitting: number, limit: number): TrainyardError {
  const message = `the rows of this table are long: expected a limit of at most ${fitting} here, got ${limit}`;
  return new TrainyardError('answer_too_large', message, {
    errors: [{ pointer: '?limit', code: 'answer_too_large', message }],
  });
}

function toCell(value: StoredCell, isBoolean: boolean): Cell {
  return isBoolean && value !== null ? value === 'true' : value;
}
