/** The trainer process's loop: claim a job, run it, claim the next. One job at a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type JobRun, type JobRunOptions, startJobRun } from './job-run.ts';

export type TrainerOptions = Omit<JobRunOptions, 'claimed'>;

export interface Trainer {
  /**
   * Claims and runs jobs until drained.
   *
   * @throws whatever the store refuses a claim or a write with
   */
  run(): Promise<void>;
  /** Claims no more; the job at hand is checkpointed and given back. `run` resolves when that is done. */
  drain(): void;
}

/** How often an idle trainer looks for work: a read of an index, microseconds. */
const pollMs = 100;

export function createTrainer(options: TrainerOptions): Trainer {
  const draining = new AbortController();
  let current: JobRun | null = null;

  return {
    async run() {
      while (!draining.signal.aborted) {
        const claimed = await options.jobs.claim(options.owner, options.leaseMs, options.now());
        if (!claimed) {
          await sleep(pollMs, undefined, { signal: draining.signal }).catch(() => undefined);
          continue;
        }
        current = startJobRun({ ...options, claimed });
        if (draining.signal.aborted) current.drain();
        await current.ended;
        current = null;
      }
    },
    drain() {
      draining.abort();
      current?.drain();
    },
  };
}
