/** Looks at a running job from time to time, and tells when it must be taken from its thread. */

/** How often the checks are made. */
const everyMs = 250;

export interface RunWatch {
  /** Rejects with what a check first threw; never resolves. */
  readonly failed: Promise<never>;
  stop(): void;
}

export function startRunWatch(checks: readonly (() => void)[]): RunWatch {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setInterval(() => {
    try {
      for (const check of checks) check();
    } catch (error) {
      reject(error);
    }
  }, everyMs);
  return { failed: promise, stop: () => clearInterval(timer) };
}
