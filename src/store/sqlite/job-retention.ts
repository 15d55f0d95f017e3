/** Takes away what has outlived its use, in commits of milliseconds, so that the service can do it while it works. */
import { setImmediate } from 'node:timers/promises';
import type { JobStore } from '../ports.ts';
import type { StoreContext } from './context.ts';
import { createDeleteJob } from './delete-job.ts';

export const selectEnded = `
  SELECT id, finished_at FROM jobs INDEXED BY jobs_by_end
  WHERE finished_at IS NOT NULL AND (finished_at, id) > (?, ?) AND finished_at < ?
  ORDER BY finished_at, id LIMIT 100`;

/** Rows that one commit deletes: about 10 ms of the write lock. */
const rowsPerCommit = 5_000;

const trimEvents = `
  DELETE FROM events WHERE job_id = ? AND type IN ('progress', 'diagnostics', 'checkpoint') ORDER BY id LIMIT ${rowsPerCommit}`;

const trimKeys = `DELETE FROM idempotency_keys WHERE created_at < ? ORDER BY created_at LIMIT ${rowsPerCommit}`;

interface EndedJob {
  readonly id: string;
  readonly finished_at: string;
}

const beforeAll: EndedJob = { id: '', finished_at: '' };

type JobRetention = Pick<JobStore, 'retire'>;

export function createJobRetention(context: StoreContext): JobRetention {
  const { database, write } = context.connection;
  const ended = database.prepare<[string, string, string], EndedJob>(selectEnded);
  const eventsOf = database.prepare<[string]>(trimEvents);
  const keys = database.prepare<[string]>(trimKeys);
  const deleteJob = createDeleteJob(context);
  /** The events of every job that ended up to here are trimmed already. */
  let trimmed = beforeAll;

  async function* endedBefore(
    cutoff: Date | null,
    since: EndedJob,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<EndedJob> {
    for (let last: EndedJob | undefined = since; cutoff && last; ) {
      const jobs = ended.all(last.finished_at, last.id, cutoff.toISOString());
      for (const job of jobs) {
        if (signal?.aborted) return;
        yield job;
        // Each takes a commit or more, a few milliseconds that others wait.
        await setImmediate();
      }
      last = jobs.at(-1);
    }
  }

  async function inCommits(deleteSome: () => number): Promise<number> {
    for (let total = 0; ; await setImmediate()) {
      const deleted = write(deleteSome);
      total += deleted;
      if (deleted < rowsPerCommit) return total;
    }
  }

  return {
    async retire({ jobsEndedBefore, eventsEndedBefore, keysBefore }, signal) {
      let jobs = 0;
      let events = 0;
      for await (const { id } of endedBefore(jobsEndedBefore, beforeAll, signal))
        if (await deleteJob(id)) jobs++;
      for await (const job of endedBefore(eventsEndedBefore, trimmed, signal)) {
        events += await inCommits(() => eventsOf.run(job.id).changes);
        trimmed = job;
      }
      return { jobs, events, keys: await inCommits(() => keys.run(keysBefore.toISOString()).changes) };
    },
  };
}
