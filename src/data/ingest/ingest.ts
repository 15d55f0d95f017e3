/** Turns an upload into a stored table: all of it or nothing. */
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskFullOr, memoryForIngest, withDuckDb } from '../duckdb.ts';
import type { Limiter } from '../limiter.ts';
import { type IngestedTable, type IngestRequest, tablePath, type UploadFormat } from '../messages.ts';
import { writeParquet } from '../parquet-file.ts';
import { TableProfile } from '../profile/table-profile.ts';
import { acceptCsv } from './accept-csv.ts';
import { acceptJson } from './accept-json.ts';
import { acceptNdjson } from './accept-ndjson.ts';
import { acceptParquet } from './accept-parquet.ts';
import type { AcceptedTable } from './accepted-table.ts';
import { type Arrival, arrived, untilWhole } from './arrival.ts';

interface Reader {
  /** Keeps much of the upload in memory, so it has to wait for its turn; others read while the upload arrives. */
  readonly isGreedy: boolean;
  accept(upload: IngestRequest, arrival: Arrival): Promise<AcceptedTable>;
}

const readers: Readonly<Record<UploadFormat, Reader>> = {
  csv: { isGreedy: false, accept: acceptCsv },
  ndjson: { isGreedy: false, accept: acceptNdjson },
  parquet: { isGreedy: true, accept: acceptParquet },
  json: { isGreedy: true, accept: acceptJson },
};

const atOnce: Limiter = (task) => task();

/**
 * @param inTurn bounds how many tables are written at once
 * @throws TrainyardError what is wrong with the upload; `disk_full`. Nothing is left at `request.path` then, but half-done files
 * may be in `request.folder`
 */
export async function ingest(
  request: IngestRequest,
  arrival: Arrival = arrived,
  inTurn: Limiter = atOnce,
): Promise<IngestedTable> {
  try {
    const { isGreedy, accept } = readers[request.format];
    if (isGreedy) {
      await untilWhole(arrival);
      return await inTurn(async () => store(await accept(request, arrival), request));
    }
    const table = await accept(request, arrival);
    return await inTurn(() => store(table, request));
  } catch (error) {
    throw diskFullOr(error);
  }
}

async function store(table: AcceptedTable, { folder, path }: IngestRequest): Promise<IngestedTable> {
  const { name, rows, columns, files, vectorBytes } = table;
  const unfinished = tablePath(folder);
  const memoryMiB = memoryForIngest({ columns: columns.length, vectorBytes });
  const options = { paths: [...files, unfinished], memoryMiB, tempDir: folder };
  const profiled = await withDuckDb(options, async (connection) => {
    const profile = new TableProfile(connection, rows, columns);
    if (table.prepareSource !== null) {
      const source = profile.watch(await table.prepareSource(connection));
      const written = await writeParquet(connection, { source, rows, columns, vectorBytes }, unfinished);
      if (written !== rows) throw new Error(`expected ${rows} rows in the file, DuckDB wrote ${written}`);
    }
    // The disk works meanwhile. Its failure is looked at when the connection is idle and may be closed.
    const onDisk = path === null ? null : syncToDisk(unfinished);
    onDisk?.catch(() => {});
    const finished = await profile.finish(unfinished);
    await onDisk;
    return finished;
  });
  const { size } = await stat(unfinished);
  if (path !== null) await publish(unfinished, path);
  return { name, rows, bytes: size, ...profiled };
}

/** Once this resolves the file, which is on the disk, survives a power failure under its final name. */
async function publish(from: string, to: string): Promise<void> {
  await rename(from, to);
  try {
    await syncToDisk(dirname(to));
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  }
}

async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
