/** Runs a bounded number of tasks at once and lets a bounded number wait: more would only be memory. */
import { TrainyardError } from '../errors.ts';

export interface Limits {
  readonly running: number;
  readonly waiting: number;
}

export type Limiter = <T>(task: () => Promise<T>) => Promise<T>;

/** The returned function rejects with `busy` when all places are taken; waiting tasks start in the order they came. */
export function createLimiter(limits: Limits): Limiter {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running === limits.running) {
      if (waiting.length === limits.waiting) {
        throw new TrainyardError('busy', `${running} requests run and ${waiting.length} wait already`);
      }
      // Whoever ends hands its place over, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running++;
    }
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
