/** Deletes an ended job: a history of a million epochs goes in pieces, since no commit may hold the write lock for long. */
import { setImmediate } from 'node:timers/promises';
import type { StoreContext } from './context.ts';

/** Rows that one commit deletes: about 10 ms of the write lock. */
const rowsPerCommit = 5_000;

const trimHistory = `DELETE FROM history WHERE job_id = ? ORDER BY epoch DESC LIMIT ${rowsPerCommit}`;

const trimEvents = `DELETE FROM events WHERE job_id = ? ORDER BY id DESC LIMIT ${rowsPerCommit}`;

const deleteRemains = 'DELETE FROM remains WHERE job_id = ? AND file IS NOT NULL RETURNING file';

// What is left of its history and events goes along.
const deleteRow = `DELETE FROM jobs WHERE id = ? AND finished_at IS NOT NULL`;

/** @returns whether there was such a job that has ended */
export type DeleteJob = (id: string) => Promise<boolean>;

export function createDeleteJob({ connection: { database, write }, blobs }: StoreContext): DeleteJob {
  const statements = [trimHistory, trimEvents].map((sql) => database.prepare<[string]>(sql));
  const forget = database.prepare<[string], string>(deleteRemains).pluck();
  const remove = database.prepare<[string]>(deleteRow);
  return async (id) => {
    for (const trim of statements) {
      while (write(() => trim.run(id).changes) === rowsPerCommit) await setImmediate();
    }
    let files: string[] = [];
    const isDeleted = write(() => {
      files = forget.all(id);
      return remove.run(id).changes === 1;
    });
    await blobs.remove(files);
    return isDeleted;
  };
}
