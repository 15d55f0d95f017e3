/** Ingests an upload that a test holds in memory, as the data process would: in a folder of its own that goes again. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CsvOptions, defaultCsvOptions } from '../../src/contracts/csv-options.ts';
import { type Arrival, createArrival } from '../../src/data/ingest/arrival.ts';
import { ingest } from '../../src/data/ingest/ingest.ts';
import { type IngestedTable, type UploadFormat, uploadPath } from '../../src/data/messages.ts';

/**
 * @param parent where the folder is made
 * @param path of the Parquet file to make
 * @param arrival by default all of it is there
 */
export function ingestBytes(
  parent: string,
  path: string,
  format: UploadFormat,
  bytes: string | Uint8Array,
  options: Partial<CsvOptions> = {},
  arrival?: Arrival,
): Promise<IngestedTable> {
  return inFolder(parent, (folder) => {
    writeFileSync(uploadPath(folder), bytes);
    return ingest(
      { kind: 'ingest', format, folder, path, csv: { ...defaultCsvOptions, ...options } },
      arrival,
    );
  });
}

/** The same, of bytes that come in pieces, with time between them for the reader to take what is there. */
export function ingestPieces(
  parent: string,
  path: string,
  format: UploadFormat,
  bytes: Buffer,
  cuts: readonly number[],
): Promise<IngestedTable> {
  return inFolder(parent, async (folder) => {
    writeFileSync(uploadPath(folder), '');
    const arrival = createArrival();
    const table = ingest({ kind: 'ingest', format, folder, path, csv: defaultCsvOptions }, arrival);
    let from = 0;
    for (const cut of [...cuts.filter((place) => place < bytes.length), bytes.length]) {
      appendFileSync(uploadPath(folder), bytes.subarray(from, cut));
      from = cut;
      arrival.update('grown');
      await sleep(1);
    }
    arrival.update('whole');
    return table;
  });
}

async function inFolder<T>(parent: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(parent, 'upload-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
