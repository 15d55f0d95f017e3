/** One claimed job from its first epoch to its end: feeds a worker thread, commits what it posts, holds the lease. */
import type { Logger } from 'pino';
import type { ColumnProfile } from '../contracts/dataset.ts';
import type { EpochRecord } from '../contracts/job.ts';
import type { Table } from '../data/table.ts';
import type { ClaimedJob, FencedResult, JobStore } from '../store/ports.ts';
import { command, controlWord, controlWords, type FromWorker, type WorkerStart } from './messages.ts';

/** The part of a worker thread that a run needs: node:worker_threads' Worker has it. */
export interface TrainingWorker {
  on(event: 'message', listener: (message: FromWorker) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: () => void): unknown;
  terminate(): Promise<number>;
}

export interface JobRunOptions {
  readonly jobs: JobStore;
  readonly claimed: ClaimedJob;
  readonly readTable: (path: string, columns: readonly ColumnProfile[]) => Promise<Table>;
  readonly startWorker: (start: WorkerStart) => TrainingWorker;
  readonly engine: string;
  readonly packageVersion: string;
  readonly checkpointMs: number;
  readonly leaseMs: number;
  readonly now: () => Date;
  readonly logger: Logger;
}

export interface JobRun {
  /**
   * Resolves when the job has ended, was given back, or was lost to another claim or a cancel. Rejects when the store
   * refuses a write: the process should end, and its supervisor frees the job.
   */
  readonly ended: Promise<void>;
  /** Asks for a checkpoint at the next epoch's end, then gives the job back to the queue. */
  drain(): void;
}

/** Commits are grouped to about ten a second; a group is split so that no commit holds the write lock for over ~20 ms. */
const commitEveryMs = 100;
const recordsPerCommit = 2_000;
/** A cancel is the API's commit: a worker in a long epoch learns of it by this poll. */
const fencePollMs = 250;
/** A worker that was told to stop and does not is in a kernel call that never ends: its thread is ended. */
const stopGraceMs = 5_000;

export function startJobRun(options: JobRunOptions): JobRun {
  const { jobs, claimed, engine, now } = options;
  const { fence } = claimed;
  const logger = options.logger.child({ job: fence.jobId, attempt: fence.attempt });
  const shared = new SharedArrayBuffer(controlWords * Int32Array.BYTES_PER_ELEMENT);
  const control = new Int32Array(shared);
  let isDraining = false;
  let isLost = false;
  let worker: TrainingWorker | null = null;
  let grace: NodeJS.Timeout | null = null;
  let records: EpochRecord[] = [];
  /** Commits run one after the other, in the order in which the worker posted. */
  let commits: Promise<void> = Promise.resolve();
  /** The store refused a write: this process cannot go on, and the next one resumes from the last checkpoint. */
  let storeFailure: unknown = null;

  function tell(word: number): void {
    Atomics.store(control, controlWord.command, word);
    Atomics.notify(control, controlWord.pendingRecords);
    grace ??= setTimeout(() => void worker?.terminate(), stopGraceMs);
  }

  function lose(): void {
    if (isLost) return;
    isLost = true;
    logger.info('the job is no longer ours; letting go');
    tell(command.cancel);
  }

  /** Every write goes through here: once the fence is lost nothing more is written. */
  async function fenced(write: () => Promise<FencedResult>): Promise<void> {
    if (!isLost && (await write()) === 'lost') lose();
  }

  async function commitRecords(): Promise<void> {
    while (records.length > 0) {
      const group = records.slice(0, recordsPerCommit);
      records = records.slice(recordsPerCommit);
      await fenced(() => jobs.progress(fence, group, engine, now()));
      Atomics.sub(control, controlWord.pendingRecords, group.length);
      Atomics.notify(control, controlWord.pendingRecords);
    }
  }

  async function handle(message: FromWorker): Promise<void> {
    if (message.type === 'checkpoint') {
      await commitRecords();
      await fenced(() => jobs.checkpoint(fence, message.epoch, message.state, now()));
    } else if (message.type === 'failed') {
      await commitRecords();
      const stopReason = message.code === 'diverged' ? 'diverged' : 'failed';
      await fenced(() =>
        jobs.fail(fence, { code: message.code, message: message.message, stopReason }, now()),
      );
    } else if (message.type === 'ended') {
      await commitRecords();
      const { outcome } = message;
      if (outcome.kind === 'finished') {
        await fenced(() => jobs.finish(fence, { ...outcome, packageVersion: options.packageVersion }, now()));
      }
    }
  }

  async function run(): Promise<void> {
    const names = new Set([claimed.config.target, ...claimed.config.features]);
    const columns = claimed.dataset.columns.filter((column) => names.has(column.name));
    const table = await options.readTable(claimed.datasetPath, columns);
    let failure: unknown = null;
    let isEnded = false;
    const started = options.startWorker({
      config: claimed.config,
      table,
      checkpoint: claimed.checkpoint,
      checkpointMs: options.checkpointMs,
      control: shared,
    });
    worker = started;
    await new Promise<void>((resolve) => {
      started.on('message', (message) => {
        if (message.type === 'epochs') {
          records.push(...message.records);
          return;
        }
        isEnded ||= message.type === 'ended' || message.type === 'failed';
        enqueue(() => handle(message));
      });
      started.on('error', (error) => {
        failure ??= error;
      });
      started.on('exit', resolve);
    });
    await commits;
    if (storeFailure) return;
    if (failure) throw failure;
    if (!isEnded && !isLost && !isDraining) throw new Error('the worker thread ended without a result');
  }

  async function runAndSettle(): Promise<void> {
    const renew = setInterval(
      () => enqueue(() => fenced(() => jobs.renew(fence, options.leaseMs, now()))),
      options.leaseMs / 3,
    );
    const flush = setInterval(() => enqueue(commitRecords), commitEveryMs);
    const poll = setInterval(
      () => void jobs.holds(fence).then((holds) => holds || lose(), stopOnStoreFailure),
      fencePollMs,
    );
    try {
      await run();
      if (isDraining && !storeFailure) await fenced(() => jobs.release(fence, now()));
    } catch (error) {
      logger.error({ err: error }, 'the job failed unexpectedly');
      const message = 'The training stopped on an error of the service; its log says more.';
      await fenced(() => jobs.fail(fence, { code: 'internal', message, stopReason: 'failed' }, now()));
    } finally {
      for (const timer of [renew, flush, poll]) clearInterval(timer);
      if (grace) clearTimeout(grace);
      await worker?.terminate();
    }
    if (storeFailure) throw storeFailure;
  }

  function enqueue(commit: () => Promise<void>): void {
    commits = commits.then(async () => {
      if (!storeFailure) await commit();
    });
    commits = commits.catch(stopOnStoreFailure);
  }

  function stopOnStoreFailure(error: unknown): void {
    storeFailure ??= error;
    tell(command.cancel);
  }

  return {
    ended: runAndSettle(),
    drain() {
      isDraining = true;
      tell(command.drain);
    },
  };
}
