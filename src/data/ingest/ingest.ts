/** Turns a spooled upload into a stored table: all of it or nothing. */
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { TrainyardError } from '../../errors.ts';
import { diskFullOr, memoryForIngest, vectorRows, withDuckDb } from '../duckdb.ts';
import type { IngestedTable, IngestRequest } from '../messages.ts';
import { writeParquet } from '../parquet-file.ts';
import { profileTable } from '../profile/profile-table.ts';
import { csvSource } from './csv-source.ts';
import { readJsonTable } from './json-table.ts';
import { loadJsonTable } from './load-json-table.ts';
import { scanCsv } from './scan-csv.ts';
import type { TypedColumn } from './typed-column.ts';

/** A JSON body is parsed in memory as a whole. */
const maxJsonBytes = 8 * 1024 * 1024;

/** An upload that has been read and accepted, and how SQL gets at its rows. */
interface AcceptedTable {
  readonly name: string | null;
  readonly rows: number;
  readonly columns: readonly TypedColumn[];
  /** Most bytes of upload that `vectorRows` rows in a row can come from. */
  readonly vectorBytes: number;
  prepareSource(connection: DuckDBConnection): Promise<string>;
}

/**
 * @param tempDir folder for what does not fit in memory
 * @throws TrainyardError what is wrong with the upload; `disk_full`. Nothing is left at `request.path` then
 */
export async function ingest(request: IngestRequest, tempDir: string): Promise<IngestedTable> {
  const { columns, rows, vectorBytes, ...table } =
    request.format === 'csv' ? await acceptCsv(request.spool) : await acceptJson(request.spool);
  const unfinished = `${request.path}.tmp`;
  try {
    const memoryMiB = memoryForIngest({ columns: columns.length, vectorBytes });
    const options = { paths: [request.spool, unfinished], memoryMiB, tempDir };
    const profile = await withDuckDb(options, async (connection) => {
      const source = await table.prepareSource(connection);
      const written = await writeParquet(connection, { source, columns, vectorBytes }, unfinished);
      if (written !== rows) throw new Error(`expected ${rows} rows in the file, DuckDB wrote ${written}`);
      return profileTable(connection, unfinished, rows, columns);
    });
    const { size } = await stat(unfinished);
    await publish(unfinished, request.path);
    return { name: table.name, rows, bytes: size, ...profile };
  } catch (error) {
    await rm(unfinished, { force: true });
    throw diskFullOr(error);
  }
}

async function acceptCsv(spool: string): Promise<AcceptedTable> {
  const { rows, columns, longestRow } = await scanCsv(spool);
  const { size } = await stat(spool);
  return {
    name: null,
    rows,
    columns,
    vectorBytes: Math.min(size, longestRow * vectorRows),
    prepareSource: async () => csvSource(spool, columns),
  };
}

async function acceptJson(spool: string): Promise<AcceptedTable> {
  const { size } = await stat(spool);
  if (size > maxJsonBytes) {
    throw new TrainyardError(
      'payload_too_large',
      `expected at most ${maxJsonBytes} bytes of JSON, got ${size}; CSV takes more`,
    );
  }
  const table = readJsonTable(await readFile(spool));
  const columns = table.columns.map(({ name, type, reason, missing }) => ({ name, type, reason, missing }));
  return {
    name: table.name,
    rows: table.rows,
    columns,
    vectorBytes: size,
    prepareSource: (connection) => loadJsonTable(connection, table),
  };
}

/** Once this resolves the file survives a power failure under its final name. */
async function publish(from: string, to: string): Promise<void> {
  await syncToDisk(from);
  await rename(from, to);
  await syncToDisk(dirname(to));
}

async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
