/** Turns what SQLite and the file system say about a full disk or a held lock into the codes that a client can act on. */
import Database from 'better-sqlite3';
import { TrainyardError } from '../../errors.ts';

/** SQLite's own extended code, such as `SQLITE_BUSY_SNAPSHOT`; undefined for any other error. */
export function sqliteCode(error: unknown): string | undefined {
  return error instanceof Database.SqliteError ? error.code : undefined;
}

/** `disk_full` or `busy` where the error means that, else the error itself. */
export function asStorageError(error: unknown): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') {
    return new TrainyardError('disk_full', 'the disk under DATA_DIR has no room left', { cause: error });
  }
  if (sqliteCode(error)?.startsWith('SQLITE_BUSY')) {
    return new TrainyardError('busy', 'the store is locked by another writer; try again', { cause: error });
  }
  return error;
}
