/** Accepts or refuses an upload in NDJSON while it arrives, rewriting it as CSV beside it. */
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { vectorRows } from '../duckdb.ts';
import { type IngestRequest, uploadPath } from '../messages.ts';
import type { AcceptedTable } from './accepted-table.ts';
import type { Arrival } from './arrival.ts';
import { csvSource } from './csv-source.ts';
import { maxLineBytes, NdjsonRewriter } from './ndjson-rewriter.ts';
import { readText } from './read-text.ts';

/** @throws TrainyardError what is wrong with the file, before it is whole where that is seen before */
export async function acceptNdjson({ folder }: IngestRequest, arrival: Arrival): Promise<AcceptedTable> {
  const path = join(folder, 'rows.csv');
  const rewriter = new NdjsonRewriter();
  await using file = await open(path, 'wx', 0o600);
  await readText(uploadPath(folder), arrival, maxLineBytes, async (bytes, _offset, isLast) => {
    let at = 0;
    do {
      at += rewriter.scan(bytes.subarray(at), isLast);
      await file.writeFile(rewriter.csv.take());
    } while (rewriter.hasMore);
    return at;
  });
  const { rows, columns, longestRow } = rewriter.finish();
  const { size } = await stat(path);
  // Text is quoted there, so nothing but an empty field is missing.
  const dialect = { delimiter: ',', hasHeader: false, missing: [''] };
  return {
    name: null,
    rows,
    columns,
    files: [path],
    vectorBytes: Math.min(size, longestRow * vectorRows),
    prepareSource: async () => csvSource(path, columns, dialect),
  };
}
