/** Lets many requests wait for jobs to end. */
import { terminalEvents } from '../../contracts/job-event.ts';
import { TrainyardError } from '../../errors.ts';
import type { EventFeed } from './event-feed.ts';

interface JobWatcherOptions {
  readonly feed: EventFeed;
  /** Whether the job will not change any more, or is gone. */
  readonly hasEnded: (jobId: string) => Promise<boolean>;
  readonly maxWaiters: number;
}

export interface JobWatcher {
  /**
   * Resolves when the job has ended, when the time is up, when `signal` aborts (the client went) or when the watcher closes.
   * It does not tell which: the caller reads the job.
   *
   * @throws TrainyardError `busy` when too many wait already
   */
  wait(jobId: string, timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Ends every wait, and those to come, at once. */
  close(): void;
}

export function createJobWatcher({ feed, hasEnded, maxWaiters }: JobWatcherOptions): JobWatcher {
  const waiting = new Set<() => void>();
  let isClosed = false;

  /** Resolves at once where nothing is left to wait for. */
  async function untilEnded(jobId: string, released: Promise<void>, release: () => void): Promise<void> {
    const unsubscribe = await feed.subscribe(jobId, (events) => {
      if (events.some(({ type }) => terminalEvents.has(type))) release();
    });
    try {
      if (!(await hasEnded(jobId))) await released;
    } finally {
      unsubscribe();
    }
  }

  return {
    async wait(jobId, timeoutMs, signal) {
      if (isClosed || signal.aborted || (await hasEnded(jobId))) return;
      if (waiting.size >= maxWaiters)
        throw new TrainyardError('busy', `${maxWaiters} requests wait for jobs already`);
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, timeoutMs);
      signal.addEventListener('abort', () => resolve(), { once: true });
      waiting.add(resolve);
      // Gone or closed while this one was on its way in.
      if (isClosed || signal.aborted) resolve();
      try {
        await untilEnded(jobId, promise, resolve);
      } finally {
        waiting.delete(resolve);
        clearTimeout(timer);
      }
    },
    close() {
      isClosed = true;
      for (const release of waiting) release();
    },
  };
}
