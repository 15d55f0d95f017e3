/** The rows of a job's checkpoints: the latest and the one before it. */
import type { Database } from 'better-sqlite3';
import type { StoredBlob } from './blob-files.ts';

export interface CheckpointRow extends StoredBlob {
  readonly id: number;
  readonly epoch: number;
}

const kept = 2;

const insertCheckpoint = `
  INSERT INTO checkpoints (job_id, epoch, created_at, sha256, file, data)
  VALUES (@jobId, @epoch, @createdAt, @sha256, @file, @data)`;

const selectCheckpoints =
  'SELECT id, epoch, sha256, file, data FROM checkpoints WHERE job_id = ? ORDER BY id DESC';

const deleteOld = `
  DELETE FROM checkpoints WHERE job_id = @jobId AND id NOT IN (
    SELECT id FROM checkpoints WHERE job_id = @jobId ORDER BY id DESC LIMIT ${kept}
  ) RETURNING file`;

const deleteAfter = 'DELETE FROM checkpoints WHERE job_id = ? AND id > ? RETURNING file';

/** All but the reading happen inside `connection.write`; the files returned are deleted when it has committed. */
export interface CheckpointRows {
  newestFirst(jobId: string): CheckpointRow[];
  /** Adds the latest. Returns files of those that it makes too old to keep. */
  insert(jobId: string, epoch: number, blob: StoredBlob, now: Date): string[];
  /** Deletes those newer than `id`, which could not be read back; all of them for 0. */
  deleteAfter(jobId: string, id: number): string[];
  /** Deletes all: the job has ended. */
  deleteAll(jobId: string): string[];
}

export function createCheckpointRows(database: Database): CheckpointRows {
  const select = database.prepare<[string], CheckpointRow>(selectCheckpoints);
  const insert = database.prepare(insertCheckpoint);
  const old = database.prepare<{ jobId: string }, string | null>(deleteOld).pluck();
  const after = database.prepare<[string, number], string | null>(deleteAfter).pluck();
  const filesOf = (files: (string | null)[]): string[] => files.filter((file) => file !== null);
  return {
    newestFirst: (jobId) => select.all(jobId),
    insert(jobId, epoch, { data, file, sha256 }, now) {
      insert.run({ jobId, epoch, createdAt: now.toISOString(), data, file, sha256 });
      return filesOf(old.all({ jobId }));
    },
    deleteAfter: (jobId, id) => filesOf(after.all(jobId, id)),
    deleteAll: (jobId) => filesOf(after.all(jobId, 0)),
  };
}
