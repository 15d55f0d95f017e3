/** Ingests an upload that a test holds in memory, as the data process would. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  // A folder is for one upload.
  rmSync(uploadPath(folder), { force: true });
  rmSync(join(folder, 'rows.csv'), { force: true });
  writeFileSync(uploadPath(folder), bytes);
  return ingest({ kind: 'ingest', format, folder, path, csv: { ...defaultCsvOptions, ...options } });
}
