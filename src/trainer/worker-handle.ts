/** The worker thread as its trainer sees it: started once, told by shared memory, ended in bounded time. */
import { type Command, controlWord, controlWords, type FromWorker, type WorkerStart } from './messages.ts';

/** The part of a worker thread that a run needs: node:worker_threads' Worker has it. */
export interface TrainingWorker {
  on(event: 'message', listener: (message: FromWorker) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: () => void): unknown;
  terminate(): Promise<number>;
}

export interface WorkerHandle {
  /**
   * Starts the thread; resolves when it has ended, after its last message was handed over.
   *
   * @throws what the thread threw
   */
  run(start: Omit<WorkerStart, 'control'>, onMessage: (message: FromWorker) => void): Promise<void>;
  /** How often the thread has polled; null before it starts and after it has ended. */
  polls(): number | null;
  /** Sets the word that the thread polls, and terminates it if it has not ended after `graceMs`. */
  tell(word: Command, graceMs: number): void;
  /** So many of what it posted are committed: it may post more. */
  acknowledge(pending: 'pendingRecords' | 'pendingCheckpoints', count: number): void;
}

export function createWorkerHandle(startWorker: (start: WorkerStart) => TrainingWorker): WorkerHandle {
  const shared = new SharedArrayBuffer(controlWords * Int32Array.BYTES_PER_ELEMENT);
  const control = new Int32Array(shared);
  let thread: TrainingWorker | null = null;
  let grace: NodeJS.Timeout | undefined;

  return {
    run(start, onMessage) {
      return new Promise((resolve, reject) => {
        const started = startWorker({ ...start, control: shared });
        let failure: { readonly error: unknown } | null = null;
        thread = started;
        started.on('message', onMessage);
        started.on('error', (error) => {
          failure = { error };
        });
        started.on('exit', () => {
          thread = null;
          clearTimeout(grace);
          if (failure) reject(failure.error);
          else resolve();
        });
      });
    },
    polls: () => (thread ? Atomics.load(control, controlWord.polls) : null),
    tell(word, graceMs) {
      Atomics.store(control, controlWord.command, word);
      // A thread that waits for commits looks at the word again.
      Atomics.notify(control, controlWord.pendingRecords);
      clearTimeout(grace);
      if (thread) grace = setTimeout(() => void thread?.terminate(), graceMs);
    },
    acknowledge(pending, count) {
      Atomics.sub(control, controlWord[pending], count);
      Atomics.notify(control, controlWord[pending]);
    },
  };
}
