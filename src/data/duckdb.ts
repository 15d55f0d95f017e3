/** Opens DuckDB locked down: one in-memory instance a task, which can touch the files of that task and nothing else. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { TrainyardError } from '../errors.ts';

export interface DuckDbOptions {
  /** The only files that SQL may read or write. */
  readonly paths: readonly string[];
  readonly memoryMiB: number;
  /** Folder for a private spill folder; without it nothing spills and what does not fit in memory fails. */
  readonly tempDir?: string;
}

/** Rows of a DuckDB vector: it reads, keeps and hands over so many at a time. */
export const vectorRows = 2048;

/** What decides how much memory a table takes in DuckDB, however long it is. */
export interface TableShape {
  readonly columns: number;
  /** Most bytes of upload that `vectorRows` rows in a row can come from. */
  readonly vectorBytes: number;
}

const leastMiB = 1024;
/**
 * However little it needs, reading a long CSV file fills what it may have; with this, all of the process stays below 1 GiB, what the
 * profile keeps of the values included.
 */
const narrowIngestMiB = 512;
/** Text columns that fit into that: 2,500 do not. */
const narrowColumns = 512;
const bytesPerMiB = 1024 * 1024;

/**
 * The memory to allow for ingest. Measured with 1.5.6: 4,096 text columns need between 512 and 768 MiB whatever they hold, since
 * each vector of each column takes 32 kB in several places; rows of 128 kB, 256 MB a vector, need between 512 and 1,024 MiB.
 */
export function memoryForIngest({ columns, vectorBytes }: TableShape): number {
  const least = columns <= narrowColumns ? narrowIngestMiB : memoryForPages(columns);
  return Math.max(least, Math.ceil((4 * vectorBytes) / bytesPerMiB));
}

/** The memory to allow for reading rows whole: 10,000 text columns need between 1,024 and 1,536 MiB. */
export function memoryForPages(columns: number): number {
  return Math.max(leastMiB, Math.ceil(columns / 4));
}

export interface OpenDuckDb {
  readonly connection: DuckDBConnection;
  /** Deletes what was spilled, too. */
  close(): Promise<void>;
}

/**
 * Opens a fresh instance, which takes about 15 ms, the price of the lock: a locked configuration cannot be given another file
 * later.
 *
 * One thread: DuckDB's parallel CSV reader loses or refuses rows where a buffer ends at a CRLF or a quoted newline (1.5.6, found
 * by comparing it with generated files), and one thread keeps the order of rows without holding back batches in memory.
 */
export async function openDuckDb({ paths, memoryMiB, tempDir }: DuckDbOptions): Promise<OpenDuckDb> {
  const spillDir = tempDir === undefined ? '' : await mkdtemp(join(tempDir, 'duckdb-'));
  const removeSpill = async () => {
    if (spillDir !== '') await rm(spillDir, { recursive: true, force: true });
  };
  let instance: DuckDBInstance | undefined;
  try {
    instance = await DuckDBInstance.create(':memory:', {
      threads: '1',
      memory_limit: `${memoryMiB}MiB`,
      temp_directory: spillDir,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    await connection.run(`SET allowed_paths = [${paths.map(sqlText).join(', ')}]`);
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    const opened = instance;
    return {
      connection,
      async close() {
        opened.closeSync();
        await removeSpill();
      },
    };
  } catch (error) {
    instance?.closeSync();
    await removeSpill();
    throw error;
  }
}

/** Runs `use` on a fresh instance and closes it whatever happens. */
export async function withDuckDb<T>(
  options: DuckDbOptions,
  use: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  try {
    const { connection, close } = await openDuckDb(options);
    try {
      return await use(connection);
    } finally {
      await close();
    }
  } catch (error) {
    throw diskFullOr(error);
  }
}

/** DuckDB and Node both pass on the kernel's words for ENOSPC; anything else is returned as it is. */
export function diskFullOr(error: unknown): unknown {
  if (error instanceof Error && /ENOSPC|No space left on device/.test(error.message)) {
    return new TrainyardError('disk_full', 'there is no space left for the table', { cause: error });
  }
  return error;
}

export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
