/** Lets many requests wait for jobs to end at the price of one reader of the store. */
import { TrainyardError } from '../../errors.ts';

interface JobWatcherOptions {
  /** Whether the job will not change any more, or is gone. */
  readonly hasEnded: (jobId: string) => Promise<boolean>;
  readonly pollMs: number;
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

export function createJobWatcher({ hasEnded, pollMs, maxWaiters }: JobWatcherOptions): JobWatcher {
  const waiters = new Map<string, Set<(error?: unknown) => void>>();
  let count = 0;
  let isPolling = false;
  let isClosed = false;

  async function poll(): Promise<void> {
    isPolling = true;
    while (waiters.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, pollMs));
      for (const [jobId, finishers] of waiters) await check(jobId, finishers);
    }
    isPolling = false;
  }

  /** A store that cannot be read fails the requests that wait on it, not the poller. */
  async function check(jobId: string, finishers: ReadonlySet<(error?: unknown) => void>): Promise<void> {
    try {
      if (await hasEnded(jobId)) for (const finish of finishers) finish();
    } catch (error) {
      for (const finish of finishers) finish(error);
    }
  }

  return {
    async wait(jobId, timeoutMs, signal) {
      if (isClosed || signal.aborted || timeoutMs === 0 || (await hasEnded(jobId))) return;
      if (count >= maxWaiters)
        throw new TrainyardError('busy', `${maxWaiters} requests wait for jobs already`);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const finishers = waiters.get(jobId) ?? new Set();
      const finish = (error?: unknown): void => (error === undefined ? resolve() : reject(error));
      const onAbort = (): void => resolve();
      const timer = setTimeout(onAbort, timeoutMs);
      signal.addEventListener('abort', onAbort, { once: true });
      waiters.set(jobId, finishers.add(finish));
      count++;
      if (!isPolling) void poll();
      // Closed while this one was on its way in.
      if (isClosed) resolve();
      try {
        await promise;
      } finally {
        count--;
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        finishers.delete(finish);
        if (finishers.size === 0) waiters.delete(jobId);
      }
    },

    close() {
      isClosed = true;
      for (const finishers of waiters.values()) for (const finish of finishers) finish();
    },
  };
}
