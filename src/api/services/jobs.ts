/** Jobs for clients: submits, readings, waits for their end, and what may be done with them. */
import type { Job, JobListQuery } from '../../contracts/job.ts';
import { terminalStates } from '../../contracts/job.ts';
import type { Page } from '../../contracts/page.ts';
import { TrainyardError } from '../../errors.ts';
import type { ActionResult } from '../../store/ports.ts';
import type { ApiLimits } from '../limits.ts';
import type { EventFeed } from './event-feed.ts';
import { createJobReadings } from './job-readings.ts';
import { createSubmits, type SubmitDependencies } from './job-submits.ts';
import { createJobWatcher } from './job-watcher.ts';

interface JobDependencies extends SubmitDependencies {
  readonly feed: EventFeed;
  readonly limits: ApiLimits;
}

export type JobService = ReturnType<typeof createJobService>;

export function createJobService(dependencies: JobDependencies) {
  const { store, now, feed, limits } = dependencies;

  async function find(id: string): Promise<Job> {
    const job = await store.jobs.get(id);
    if (!job) throw jobNotFound(id);
    return job;
  }

  const watcher = createJobWatcher({
    feed,
    maxWaiters: limits.maxJobWaiters,
    hasEnded: async (id) => {
      const job = await store.jobs.get(id);
      return job === null || terminalStates.has(job.state);
    },
  });

  return {
    ...createSubmits(dependencies),
    ...createJobReadings(store, find, limits.eventSliceMs),

    /** Answers when the job has ended, or after so many seconds with the job as it then is. */
    async get(id: string, waitSeconds: number, clientGone: AbortSignal): Promise<Job> {
      if (waitSeconds > 0) await watcher.wait(id, waitSeconds * 1000, clientGone);
      return find(id);
    },

    list: (query: JobListQuery): Promise<Page<Job>> => store.jobs.list(query),

    /** @throws TrainyardError `job_not_found`, `job_state_conflict` */
    async act(action: JobAction, id: string): Promise<Job> {
      const result = await store.jobs[action](id, now());
      if (result.outcome === 'ok') return result.job;
      throw refusalOf(result, id, expectedOf[action]);
    },

    /** @throws TrainyardError `job_not_found`, `job_state_conflict` */
    async delete(id: string): Promise<void> {
      const result = await store.jobs.delete(id);
      if (result !== 'deleted') throw refusalOf(result, id, 'a job that has ended');
    },

    endWaits: () => watcher.close(),
  };
}

export type JobAction = 'cancel' | 'pause' | 'resume';

const expectedOf: Record<JobAction, string> = {
  cancel: 'a job that has not ended',
  pause: 'a job that has not ended',
  resume: 'a paused job',
};

function refusalOf(
  result: Exclude<ActionResult, { outcome: 'ok' }>,
  id: string,
  expected: string,
): TrainyardError {
  if (result.outcome === 'not_found') return jobNotFound(id);
  return new TrainyardError('job_state_conflict', `expected ${expected}, ${id} is ${result.state}`);
}

export function jobNotFound(id: string): TrainyardError {
  return new TrainyardError('job_not_found', `no job ${id}`);
}
