/** Where everything of a store lies under DATA_DIR. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StoreRefusal } from '../ports.ts';

export interface DataFolder {
  readonly root: string;
  readonly database: string;
  /** A database that holds nothing: its exclusive transaction is the ownership of the folder. */
  readonly lock: string;
  readonly datasets: string;
  readonly blobs: string;
  /** Uploads on their way in; whatever lies here at start is left over. */
  readonly spool: string;
}

/** Absolute paths, so that SQLite never takes a relative name for a URI or trims it. */
export function dataFolder(dataDir: string): DataFolder {
  const root = resolve(dataDir);
  return {
    root,
    database: join(root, 'trainyard.db'),
    lock: join(root, 'lock.db'),
    datasets: join(root, 'datasets'),
    blobs: join(root, 'blobs'),
    spool: join(root, 'spool'),
  };
}

/** @throws StoreRefusal when a folder cannot be made */
export function createFolders(paths: readonly string[]): void {
  for (const path of paths) {
    try {
      mkdirSync(path, { recursive: true });
    } catch (error) {
      throw new StoreRefusal(`cannot make the folder ${path}: ${(error as Error).message}`, { cause: error });
    }
  }
}
