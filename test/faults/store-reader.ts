/** Reads the store's database from outside, whether a service runs or not. */
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Runs one query through a connection of its own. */
export function readStore<Row>(dataDir: string, sql: string, ...values: unknown[]): Row[] {
  const database = new Database(join(dataDir, 'trainyard.db'), { readonly: true, timeout: 5_000 });
  try {
    return database.prepare<unknown[], Row>(sql).all(...values);
  } finally {
    database.close();
  }
}

/** Whether some process is inside a write transaction. */
export function isWriteLocked(dataDir: string): boolean {
  const database = new Database(join(dataDir, 'trainyard.db'), { timeout: 0 });
  try {
    database.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch {
    return true;
  } finally {
    database.close();
  }
}

export function integrity(dataDir: string): string {
  return readStore<{ integrity_check: string }>(dataDir, 'PRAGMA integrity_check')[0]!.integrity_check;
}

/** Rises with each checkpoint of a job; 0 before the first. */
export function lastCheckpoint(dataDir: string, job: string): number {
  const sql = 'SELECT coalesce(max(id), 0) AS id FROM checkpoints WHERE job_id = ?';
  return readStore<{ id: number }>(dataDir, sql, job)[0]!.id;
}

/** Training time that the store has of a job past its last checkpoint: what a resumed job does again, ms; 0 for a job that had ended, which keeps none. */
export function workPastCheckpointMs(dataDir: string, job: string): number {
  const [row] = readStore<{ seconds: number | null }>(
    dataDir,
    `SELECT sum(seconds) AS seconds FROM history
     WHERE job_id = @job AND epoch > coalesce((SELECT max(epoch) FROM checkpoints WHERE job_id = @job), 0)
       AND EXISTS (SELECT 1 FROM jobs WHERE id = @job AND finished_at IS NULL)`,
    { job },
  );
  return (row?.seconds ?? 0) * 1000;
}
