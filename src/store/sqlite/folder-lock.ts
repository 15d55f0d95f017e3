/** Keeps a second Trainyard out of a DATA_DIR, with a lock that the kernel frees however the process ends. */
import Database from 'better-sqlite3';
import { StoreRefusal } from '../ports.ts';
import { sqliteCode } from './storage-errors.ts';

/**
 * Locks held by this process. A connection that nothing refers to is closed by the garbage collector, and its lock with it:
 * ownership must not depend on what a caller keeps.
 */
const heldLocks = new Set<Database.Database>();

export interface FolderLock {
  release(): void;
}

/**
 * Takes the exclusive transaction on `path` and holds it until released. Nothing is written to the file. Do not open it by
 * other means in this process: closing any descriptor of a file drops a process's POSIX locks on it.
 *
 * @throws StoreRefusal when another process (or another store of this one) holds it
 */
export function lockFolder(path: string): FolderLock {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (sqliteCode(error)?.startsWith('SQLITE_BUSY')) {
      throw new StoreRefusal(`another Trainyard owns DATA_DIR: ${path} is locked by a running process`);
    }
    throw new StoreRefusal(`cannot lock ${path}: ${(error as Error).message}`, { cause: error });
  }
  const held = database;
  heldLocks.add(held);
  return {
    release() {
      heldLocks.delete(held);
      held.close();
    },
  };
}
