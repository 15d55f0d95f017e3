/** Reads a page of a stored table back as JSON: ready to be sent, since ten thousand columns take the API too long to write. */
import { TrainyardError } from '../errors.ts';
import { memoryForPages, withDuckDb } from './duckdb.ts';
import { linesOf } from './export/export-lines.ts';
import { ndjsonFormat } from './export/ndjson-format.ts';
import type { RowsRequest } from './messages.ts';
import { columnReferences, parquetSource } from './parquet-file.ts';

/** JSON that one page may take, in UTF-16 units: it is in memory as a whole, here and in the API. */
const maxPageLength = 3 * 1024 * 1024;

/**
 * Rows in the order of the upload; a missing value is null, and a column of exactly false and true gives booleans. DuckDB skips the
 * row groups before the offset, so that a page takes as long anywhere in the table.
 *
 * @returns a JSON array of objects
 * @throws TrainyardError `answer_too_large` when the rows asked for, more than one, carry too much
 */
export function readRows({ path, columns, offset, limit }: RowsRequest): Promise<Buffer> {
  const memoryMiB = memoryForPages(columns.length);
  return withDuckDb({ paths: [path], memoryMiB }, async (connection) => {
    const selected = await columnReferences(connection, path, columns);
    const result = await connection.stream(
      `SELECT ${selected.join(', ')} FROM ${parquetSource(path)} LIMIT ${limit} OFFSET ${offset}`,
    );
    const format = ndjsonFormat(columns);
    const rows: string[] = [];
    let length = 0;
    for await (const chunk of result) {
      for (const row of linesOf(chunk, format)) {
        length += row.length;
        if (length > maxPageLength && rows.length > 0) throw pageTooLarge(rows.length, limit);
        rows.push(row);
      }
    }
    return Buffer.from(`[${rows.join(',')}]`);
  });
}

function pageTooLarge(fitting: number, limit: number): TrainyardError {
  const message = `the rows of this table are long: expected a limit of at most ${fitting} here, got ${limit}`;
  return new TrainyardError('answer_too_large', message, {
    errors: [{ pointer: '?limit', code: 'answer_too_large', message }],
  });
}
