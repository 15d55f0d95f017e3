/** Ends a job that takes more memory than it may, before the kernel ends whatever it likes. */
import { JobFailure } from '../errors.ts';

const mebibyte = 1024 ** 2;

/**
 * What the runtime takes beside the job's own arrays: the thread's heap and code, DuckDB's buffers while it reads the table,
 * garbage that is not collected yet. Measured 80 to 150 MiB above the estimate; a job must not fail for DuckDB's thirst.
 */
const runtimeBytes = 512 * mebibyte;

export interface MemoryWatchOptions {
  /** Resident memory of the process, bytes. */
  readonly rssBytes: () => number;
  /** What the job was refused for needing more of, at submit. */
  readonly budgetBytes: number;
}

/** @returns a check to call from time to time, which throws JobFailure `memory_exceeded` */
export function createMemoryWatch({ rssBytes, budgetBytes }: MemoryWatchOptions): () => void {
  const before = rssBytes();
  return () => {
    const grownBytes = rssBytes() - before;
    if (grownBytes <= budgetBytes + runtimeBytes) return;
    const [grown, budget, runtime] = [grownBytes, budgetBytes, runtimeBytes].map((bytes) =>
      Math.round(bytes / mebibyte),
    );
    throw new JobFailure(
      'memory_exceeded',
      `expected at most ${budget} MiB (JOB_MEMORY_MB) and ${runtime} MiB for the runtime, the job took ${grown} MiB`,
    );
  };
}
