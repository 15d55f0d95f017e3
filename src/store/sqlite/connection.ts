/** One connection to trainyard.db with the settings that make an acknowledged write durable. */
import Database from 'better-sqlite3';
import { StoreRefusal } from '../ports.ts';
import { asStorageError, sqliteCode } from './storage-errors.ts';

/** Far above the ~20 ms for which a writer holds the lock; reached only when a process hangs inside a commit. */
const busyTimeoutMs = 5_000;
/** The write-ahead log shrinks to this after a checkpoint of a larger one. */
const journalSizeLimitBytes = 64 * 1024 * 1024;
/** Pages of 4 KiB in the log before a commit copies them back: 4 MB, a few milliseconds of work. */
const walAutocheckpointPages = 1_000;
const synchronousFull = 2;

export interface Connection {
  readonly database: Database.Database;
  /**
   * Runs `work` in one transaction that takes the write lock at its start (a later upgrade could fail half-way) and commits
   * when it returns, or rolls back when it throws. `work` must be synchronous.
   *
   * @throws TrainyardError `busy`, `disk_full`, or whatever `work` throws
   */
  write<T>(work: () => T): T;
  /** Whether no commit, ours or another connection's, came since this was last asked. A quarter of the cheapest query. */
  isUnchanged(): boolean;
  close(): void;
}

/**
 * Opens a database that exists. `inspect` sees it before any setting is changed, and may throw.
 *
 * @throws StoreRefusal when the file cannot be opened as a database with a write-ahead log
 */
export function openConnection(
  path: string,
  inspect: (database: Database.Database) => void = () => {},
): Connection {
  const database = openDatabase(path, inspect);
  const transaction = database.transaction((work: () => unknown) => work());
  const dataVersion = database.prepare<[], number>('PRAGMA data_version').pluck();
  let hasWritten = false;
  /** SQLite's counter tells of the commits of other connections alone. */
  let isChangedByUs = true;
  let seenVersion = -1;
  return {
    database,
    write<T>(work: () => T): T {
      let result: T;
      try {
        result = transaction.immediate(work) as T;
      } catch (error) {
        throw asStorageError(error);
      }
      if (!hasWritten) requireSynchronous(database);
      hasWritten = true;
      isChangedByUs = true;
      return result;
    },
    isUnchanged() {
      const version = dataVersion.get()!;
      const isUnchanged = version === seenVersion && !isChangedByUs;
      seenVersion = version;
      isChangedByUs = false;
      return isUnchanged;
    },
    close: () => void database.close(),
  };
}

function openDatabase(path: string, inspect: (database: Database.Database) => void): Database.Database {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { fileMustExist: true, timeout: busyTimeoutMs });
    inspect(database);
    configure(database);
    return database;
  } catch (error) {
    database?.close();
    if (sqliteCode(error) === undefined) throw error;
    throw new StoreRefusal(`${path} cannot be opened: ${(error as Error).message}`, { cause: error });
  }
}

function configure(database: Database.Database): void {
  const mode = database.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal')
    throw new StoreRefusal(`${database.name}: the file system allows no write-ahead log (got ${mode})`);
  // The driver is compiled with DEFAULT_WAL_SYNCHRONOUS=1 (NORMAL), which may lose acknowledged commits on power failure.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma(`journal_size_limit = ${journalSizeLimitBytes}`);
  database.pragma(`wal_autocheckpoint = ${walAutocheckpointPages}`);
}

/** SQLite applies its compiled default when it first reads the file; had that undone ours, no write may be acknowledged. */
function requireSynchronous(database: Database.Database): void {
  const level = database.pragma('synchronous', { simple: true });
  if (level !== synchronousFull)
    throw new Error(`expected PRAGMA synchronous ${synchronousFull}, got ${level}`);
}
