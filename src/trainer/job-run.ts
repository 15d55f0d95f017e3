/** One claimed job from its first epoch to its end: feeds a worker thread, commits what it posts, holds the lease. */
import type { Logger } from 'pino';
import type { ColumnProfile } from '../contracts/dataset.ts';
import type { EpochReport } from '../contracts/diagnostics.ts';
import type { Table } from '../data/table.ts';
import { JobFailure, jobErrorCodes } from '../errors.ts';
import type { MathBackend } from '../math/kernels/math-backend.ts';
import type { ClaimedJob, FencedResult, JobStore, StoredDataset } from '../store/ports.ts';
import { createClaimWrites } from './claim-writes.ts';
import { createMemoryWatch } from './memory-watch.ts';
import { command, type FromWorker, type WorkerStart } from './messages.ts';
import { startRunWatch } from './run-watch.ts';
import { createStallWatch, StalledWorker } from './stall-watch.ts';
import { createWorkerHandle, type TrainingWorker } from './worker-handle.ts';

export interface JobRunOptions {
  readonly jobs: JobStore;
  readonly claimed: ClaimedJob;
  /** Whose claim it is: names this process, which has one job at a time. */
  readonly owner: string;
  /** Rejects soon after `signal` aborts. */
  readonly readTable: (
    path: string,
    columns: readonly ColumnProfile[],
    signal: AbortSignal,
  ) => Promise<Table>;
  readonly startWorker: (start: WorkerStart) => TrainingWorker;
  readonly mathBackend: MathBackend;
  readonly threads: number;
  readonly packageVersion: string;
  readonly checkpointMs: number;
  readonly leaseMs: number;
  /** A thread that has not polled for so long is given up, and its process with it. */
  readonly stallMs: number;
  /** What one job may need. */
  readonly memoryBytes: number;
  /** Resident memory of this process, bytes. */
  readonly rssBytes: () => number;
  readonly now: () => Date;
  readonly logger: Logger;
}

export interface JobRun {
  /**
   * Resolves when the job has ended, was given back, or was lost to another claim or a cancel. Rejects when the store refuses a
   * write, the thread has stalled or the job outgrew its memory: the process should end, and its supervisor frees the job.
   */
  readonly ended: Promise<void>;
  /** Asks for a checkpoint at the next step's end, then gives the job back to the queue. */
  drain(): void;
}

/** Commits are grouped to about ten a second; a group is split so that no commit holds the write lock for over ~20 ms. */
const commitEveryMs = 100;
const recordsPerCommit = 2_000;
/** Cancel and pause are the API's commits: a worker in a long epoch learns of them by this poll. */
const fencePollMs = 250;
/** A drained worker that cannot end its step in this time is ended without: the job goes on from its last checkpoint. */
const drainGraceMs = 5_000;
/** A pause is not waited for so long: what an epoch had done is done again. */
const pauseGraceMs = 500;
/** Nothing of a lost job is kept: a worker in a stretch without a poll (sorting a column) need not end it. */
const cancelGraceMs = 500;

export function startJobRun(options: JobRunOptions): JobRun {
  const { jobs, claimed, now } = options;
  const { fence } = claimed;
  const logger = options.logger.child({ job: fence.jobId, attempt: fence.attempt });
  const worker = createWorkerHandle(options.startWorker);
  const writes = createClaimWrites(() => {
    logger.info('the job is no longer ours, or its store failed; letting go');
    reading.abort();
    worker.tell(command.cancel, cancelGraceMs);
  });
  const reading = new AbortController();
  /** Posted by the worker and not yet committed. */
  const records: EpochReport[] = [];
  let engine = '';
  let isLettingGo = false;

  /** A checkpoint, and then the job is given back or paused, as its row says. */
  function letGo(graceMs: number): void {
    if (isLettingGo) return;
    isLettingGo = true;
    reading.abort();
    if (writes.isHeld()) worker.tell(command.drain, graceMs);
  }

  async function look(): Promise<FencedResult> {
    const standing = await jobs.standing(fence);
    if (standing === 'pause') letGo(pauseGraceMs);
    return standing === 'lost' ? 'lost' : 'ok';
  }

  async function commitRecords(): Promise<FencedResult> {
    while (records.length > 0) {
      const group = records.splice(0, recordsPerCommit);
      if ((await jobs.progress(fence, group, engine, now())) === 'lost') return 'lost';
      worker.acknowledge('pendingRecords', group.length);
    }
    return 'ok';
  }

  function handle(message: FromWorker): void {
    if (message.type === 'engine') {
      engine = message.engine;
      return;
    }
    if (message.type === 'epochs') {
      for (const record of message.records) records.push(record);
      return;
    }
    writes.write(commitRecords);
    if (message.type === 'checkpoint') {
      writes.write(async () => {
        const result = await jobs.checkpoint(fence, message.epoch, message.state, now());
        worker.acknowledge('pendingCheckpoints', 1);
        return result;
      });
    } else if (message.type === 'finished') {
      const result = { ...message.result, packageVersion: options.packageVersion };
      writes.end(() => jobs.finish(fence, result, now()));
    } else if (message.type === 'checkpoint_refused') {
      logger.warn({ why: message.message }, 'the checkpoint cannot be used');
      writes.end(() => jobs.discardCheckpoint(fence, message.message, now()));
    } else {
      const { type: _, ...failure } = message;
      const stopReason = message.code === 'diverged' ? 'diverged' : 'failed';
      writes.end(() => jobs.fail(fence, { ...failure, stopReason }, now()));
    }
  }

  async function readTables() {
    const { config, dataset, datasetPath, validation } = claimed;
    const names = new Set([config.target, ...config.features]);
    const read = (path: string, { columns }: StoredDataset) =>
      options.readTable(
        path,
        columns.filter(({ name }) => names.has(name)),
        reading.signal,
      );
    const table = await read(datasetPath, dataset);
    return { table, validationTable: validation && (await read(validation.path, validation.dataset)) };
  }

  async function train(): Promise<void> {
    const { config, dataset, validation, initial, checkpoint } = claimed;
    if (initial === 'unreadable') {
      const code = 'initial_version_unreadable';
      const failure = { code, message: jobErrorCodes[code], stopReason: 'failed' } as const;
      writes.end(() => jobs.fail(fence, failure, now()));
      return;
    }
    const tables = await readTables().catch((error: unknown) => {
      if (!reading.signal.aborted) throw error;
      return null;
    });
    if (!tables || isLettingGo || !writes.isHeld()) return;
    const dataHash = [dataset.sha256, validation?.dataset.sha256].join();
    const { checkpointMs, mathBackend, threads } = options;
    const rest = { dataHash, initial, checkpoint, checkpointMs, mathBackend, threads };
    await worker.run({ config, ...tables, ...rest }, handle);
  }

  /** Back to the queue, with one crash more: the next attempt may have more luck, and the third in a row is the last. */
  async function crash(error: unknown): Promise<FencedResult> {
    logger.error({ err: error }, 'the job crashed');
    await jobs.releaseOwner(options.owner, now());
    return 'ok';
  }

  /** A process that outgrew its memory does not give it back, and a thread may hang in native code: both end with the process. */
  function giveUp(error: StalledWorker | JobFailure): never {
    logger.error({ err: error }, 'the job is taken from its thread; this process ends');
    if (error instanceof JobFailure) {
      const { code, message } = error;
      writes.end(() => jobs.fail(fence, { code, message, stopReason: 'failed' }, now()));
    }
    worker.tell(command.cancel, cancelGraceMs);
    throw error;
  }

  async function run(): Promise<void> {
    const timers = [
      setInterval(() => writes.write(() => jobs.renew(fence, options.leaseMs, now())), options.leaseMs / 3),
      setInterval(() => writes.write(commitRecords), commitEveryMs),
      setInterval(() => writes.write(look), fencePollMs),
    ];
    const watch = startRunWatch([
      createMemoryWatch({ rssBytes: options.rssBytes, budgetBytes: options.memoryBytes }),
      createStallWatch({ polls: worker.polls, stallMs: options.stallMs, nowMs: () => performance.now() }),
    ]);
    try {
      await Promise.race([train(), watch.failed]);
      // Where the worker gave a result, the job is not held by the time that these come to their turn.
      if (isLettingGo) writes.end(() => jobs.release(fence, now()));
      else writes.end(() => crash(new Error('the worker thread ended without a result')));
    } catch (error) {
      if (error instanceof StalledWorker || error instanceof JobFailure) giveUp(error);
      writes.end(() => crash(error));
    } finally {
      watch.stop();
      await writes.settled().finally(() => timers.forEach(clearInterval));
    }
  }

  return {
    ended: run(),
    drain: () => letGo(drainGraceMs),
  };
}
