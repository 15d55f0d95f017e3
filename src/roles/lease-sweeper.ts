/** Takes jobs back whose lease ran out, and kills the trainer that let it: it hangs, and would hold its place for ever. */
import type { Logger } from 'pino';
import type { JobStore } from '../store/ports.ts';

/** How often to sweep. */
export const leaseSweepMs = 5_000;
/** A machine that slept finds every lease run out: its trainers, which renew every 5 s, get time to do so. */
const wakingGraceMs = 10_000;

/** A trainer that this process can kill. */
export interface SweptTrainer {
  /** Whom its leases name at present. */
  owner(): string;
  kill(): void;
}

export interface LeaseSweeperOptions {
  readonly jobs: Pick<JobStore, 'expiredOwners' | 'releaseExpired'>;
  readonly trainers: readonly SweptTrainer[];
  readonly logger: Logger;
  /** Wall-clock time, which goes on while the machine sleeps. */
  readonly now: () => Date;
}

/** @returns the sweep, to be called every `leaseSweepMs` */
export function createLeaseSweeper({ jobs, trainers, logger, now }: LeaseSweeperOptions) {
  let lastMs = now().getTime();
  let notBeforeMs = 0;

  return async (): Promise<void> => {
    const time = now();
    const sinceMs = time.getTime() - lastMs;
    lastMs = time.getTime();
    if (sinceMs > 2 * leaseSweepMs) notBeforeMs = lastMs + wakingGraceMs;
    if (lastMs < notBeforeMs) return;
    try {
      const owners = await jobs.expiredOwners(time);
      if (owners.length === 0) return;
      logger.warn({ owners }, 'leases ran out; their jobs go back to the queue');
      // First of all: one that was stopped inside a commit holds the store's write lock, which freeing its job needs.
      for (const trainer of trainers) if (owners.includes(trainer.owner())) trainer.kill();
      await jobs.releaseExpired(time);
    } catch (error) {
      logger.error({ err: error }, 'freeing expired leases failed');
    }
  };
}
