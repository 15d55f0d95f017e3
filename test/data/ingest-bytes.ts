/** Ingests an upload that a test holds in memory, as the data process would. */
import { rmSync, writeFileSync } from 'node:fs';
import { type CsvOptions, defaultCsvOptions } from '../../src/contracts/csv-options.ts';
import { ingest } from '../../src/data/ingest/ingest.ts';
import { type IngestedTable, type UploadFormat, uploadPath } from '../../src/data/messages.ts';

/**
 * @param folder for half-done files
 * @param path of the Parquet file to make
 */
export function ingestBytes(
  folder: string,
  path: string,
  format: UploadFormat,
  bytes: string | Uint8Array,
  options: Partial<CsvOptions> = {},
): Promise<IngestedTable> {
  // A reader of a name that is no more, as of the upload before, would keep its file.
  rmSync(uploadPath(folder), { force: true });
  writeFileSync(uploadPath(folder), bytes);
  return ingest({ kind: 'ingest', format, folder, path, csv: { ...defaultCsvOptions, ...options } });
}
