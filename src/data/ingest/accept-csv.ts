/** Accepts or refuses an upload in CSV, while it arrives. */
import { stat } from 'node:fs/promises';
import { vectorRows } from '../duckdb.ts';
import { type IngestRequest, uploadPath } from '../messages.ts';
import type { AcceptedTable } from './accepted-table.ts';
import type { Arrival } from './arrival.ts';
import { csvSource } from './csv-source.ts';
import { MissingTokens } from './missing-tokens.ts';
import { scanCsv } from './scan-csv.ts';

/** @throws TrainyardError what is wrong with the file, before it is whole where that is seen before */
export async function acceptCsv(upload: IngestRequest, arrival: Arrival): Promise<AcceptedTable> {
  const path = uploadPath(upload.folder);
  const { delimiter, hasHeader, missing } = upload.csv;
  const { rows, columns, longestRow } = await scanCsv(path, upload.csv, arrival);
  const { size } = await stat(path);
  const dialect = { delimiter, hasHeader, missing: new MissingTokens(missing, delimiter).tokens };
  return {
    name: null,
    rows,
    columns,
    files: [path],
    vectorBytes: Math.min(size, longestRow * vectorRows),
    prepareSource: async () => csvSource(path, columns, dialect),
  };
}
