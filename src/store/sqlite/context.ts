/** What the parts of the SQLite store share. */
import type { BlobFiles } from './blob-files.ts';
import type { Connection } from './connection.ts';
import type { DataFolder } from './data-folder.ts';

/** The part of pino that the store uses. */
export interface StoreLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface StoreContext {
  readonly connection: Connection;
  readonly folder: DataFolder;
  readonly blobs: BlobFiles;
  readonly logger: StoreLogger | undefined;
  /** For what a read derives from the time, such as a job's remaining seconds; writes are told theirs. */
  readonly now: () => Date;
}
