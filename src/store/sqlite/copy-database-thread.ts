/** A thread that copies the database as it stands at one moment: seconds of work for a large one, which may not hold the API. */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { CopiedDatabase, CopyRequest } from './copy-database.ts';
import { namedFiles } from './named-files.ts';

if (!parentPort) throw new Error('copy-database-thread.ts runs as a worker thread');
parentPort.postMessage(copy(workerData as CopyRequest));

/**
 * One statement, so one read transaction: writers go on, and only for its time does the write-ahead log grow. SQLite's step-wise
 * backup would start again at each commit of a trainer.
 */
function copy({
  from,
  to,
}: CopyRequest): CopiedDatabase | { readonly code: string; readonly message: string } {
  try {
    const source = new Database(from, { readonly: true });
    source.prepare('VACUUM INTO ?').run(to);
    source.close();
    const made = new Database(to, { readonly: true });
    const named = namedFiles(made);
    made.close();
    return { named };
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    return { code: error.code, message: error.message };
  }
}
