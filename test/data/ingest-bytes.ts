/** Ingests an upload that a test holds in memory, as the data process would. */
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CsvOptions, defaultCsvOptions } from '../../src/contracts/csv-options.ts';
import { type Arrival, createArrival } from '../../src/data/ingest/arrival.ts';
import { ingest } from '../../src/data/ingest/ingest.ts';
import { type IngestedTable, type UploadFormat, uploadPath } from '../../src/data/messages.ts';

/**
 * @param folder for half-done files
 * @param path of the Parquet file to make
 * @param arrival by default all of it is there
 */
export function ingestBytes(
  folder: string,
  path: string,
  format: UploadFormat,
  bytes: string | Uint8Array,
  options: Partial<CsvOptions> = {},
  arrival?: Arrival,
): Promise<IngestedTable> {
  // A folder is for one upload.
  rmSync(uploadPath(folder), { force: true });
  rmSync(join(folder, 'rows.csv'), { force: true });
  writeFileSync(uploadPath(folder), bytes);
  return ingest({ kind: 'ingest', format, folder, path, csv: { ...defaultCsvOptions, ...options } }, arrival);
}

/** The same, of bytes that come in pieces, with time between them for the reader to take what is there. */
export async function ingestPieces(
  folder: string,
  path: string,
  format: UploadFormat,
  bytes: Buffer,
  cuts: readonly number[],
): Promise<IngestedTable> {
  const arrival = createArrival();
  const table = ingestBytes(folder, path, format, '', {}, arrival);
  let from = 0;
  for (const cut of [...cuts.filter((place) => place < bytes.length), bytes.length]) {
    appendFileSync(uploadPath(folder), bytes.subarray(from, cut));
    from = cut;
    arrival.update('grown');
    await sleep(1);
  }
  arrival.update('whole');
  return table;
}
