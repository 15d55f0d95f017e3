/** Writes a stored table as lines of text, a piece at a time: as fast as its reader takes them, and never more than that in memory. */
import type { DuckDBDataChunk } from '@duckdb/node-api';
import { memoryForPages, openDuckDb } from '../duckdb.ts';
import type { OpenExportRequest } from '../messages.ts';
import { columnReferences, parquetSource } from '../parquet-file.ts';
import { csvFormat } from './csv-format.ts';
import type { LineFormat, StoredCell } from './line-format.ts';
import { ndjsonFormat } from './ndjson-format.ts';

/** UTF-16 units in a piece, but for what its last line adds: some 2 ms of work, and as much for a message to carry at once. */
const pieceLength = 256 * 1024;

/** The pieces, of whole lines; the first has the head. Closing the generator closes the table. */
export async function* exportLines(request: OpenExportRequest): AsyncGenerator<Buffer, void> {
  const { path, columns } = request;
  const format = request.format === 'csv' ? csvFormat(columns, request.formulas) : ndjsonFormat(columns);
  const duckDb = await openDuckDb({ paths: [path], memoryMiB: memoryForPages(columns.length) });
  try {
    const references = await columnReferences(duckDb.connection, path, columns);
    const result = await duckDb.connection.stream(
      `SELECT ${references.join(', ')} FROM ${parquetSource(path)}`,
    );
    let text = format.head;
    for await (const chunk of result) {
      for (const line of linesOf(chunk, format)) {
        text += line;
        if (text.length < pieceLength) continue;
        yield Buffer.from(text);
        text = '';
      }
    }
    if (text !== '') yield Buffer.from(text);
  } finally {
    await duckDb.close();
  }
}

/** One after the other, so that whoever has enough need not make the rest. */
export function* linesOf(chunk: DuckDBDataChunk, { columns, end }: LineFormat): Generator<string> {
  const vectors = columns.map((_, index) => chunk.getColumnVector(index));
  for (let row = 0; row < chunk.rowCount; row++) {
    let line = '';
    for (let index = 0; index < columns.length; index++) {
      const { before, text } = columns[index]!;
      line += before + text(vectors[index]!.getItem(row) as StoredCell);
    }
    yield line + end;
  }
}
