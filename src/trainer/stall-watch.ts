/** Tells whether a worker thread still gets anywhere: one that has stopped polling would hold its job for ever. */

/** The worker thread has not polled for so long that it will not come back. */
export class StalledWorker extends Error {
  override readonly name = 'StalledWorker';
}

export interface StallWatchOptions {
  /** How often the thread has polled; null before it starts and after it has ended. */
  readonly polls: () => number | null;
  /** Longer than any stretch without a poll: a sort of the largest column. */
  readonly stallMs: number;
  readonly nowMs: () => number;
}

/** @returns a check to call from time to time, which throws StalledWorker */
export function createStallWatch({ polls, stallMs, nowMs }: StallWatchOptions): () => void {
  let seen: number | null = null;
  let changedMs = nowMs();
  return () => {
    const present = polls();
    if (present === null || present !== seen) {
      seen = present;
      changedMs = nowMs();
    }
    const silentMs = nowMs() - changedMs;
    if (silentMs > stallMs)
      throw new StalledWorker(`the worker thread has not polled for ${(silentMs / 1000).toFixed(1)} s`);
  };
}
