/** Copies the database into a file of its own while others write to it. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { NamedFiles } from './named-files.ts';
import { asStorageError } from './storage-errors.ts';

export interface CopyRequest {
  readonly from: string;
  /** Must not exist. */
  readonly to: string;
}

export interface CopiedDatabase {
  /** What the copy's rows name. */
  readonly named: NamedFiles;
}

/** @throws TrainyardError `disk_full`, `busy` */
export async function copyDatabase(request: CopyRequest): Promise<CopiedDatabase> {
  const thread = new Worker(new URL('./copy-database-thread.ts', import.meta.url), { workerData: request });
  const [answer] = (await once(thread, 'message')) as [CopiedDatabase | { code: string; message: string }];
  if ('named' in answer) return answer;
  // Classes do not survive the way between threads.
  throw asStorageError(new Database.SqliteError(answer.message, answer.code));
}
