/** Claims: how a queued job becomes one trainer's, with the state to go on from. */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type ResolvedModelConfig, validationDataset } from '../../contracts/model-config.ts';
import type { ClaimedJob, Fence, JobStore, Standing } from '../ports.ts';
import { CorruptBlob } from './blob-files.ts';
import { type CheckpointRow, createCheckpointRows } from './checkpoint-rows.ts';
import type { StoreContext } from './context.ts';
import { type DatasetRow, selectDataset, toStoredDataset } from './datasets.ts';
import { createInitialReader, type InitialColumns } from './initial-version.ts';
import { createDiagnosticsRows } from './job-diagnostics.ts';
import { createEventAppender } from './job-events.ts';
import { type JobRow, selectJob, toJob } from './job-row.ts';
import { checkpointUnusable, createWarn } from './job-warnings.ts';

// The partial index has the queue in its order, so that a poll costs one look-up and no lock. Left to choose, SQLite takes
// jobs_by_state and sorts everything that waits.
export const selectNext = `
  SELECT id, attempt, initial_model, initial_version FROM jobs INDEXED BY jobs_queue WHERE state = 'queued' ORDER BY priority DESC, created_at, id LIMIT 1`;

// The attempt is part of the condition: what was read before (checkpoint included) is only true of that attempt.
const takeJob = `
  UPDATE jobs SET state = 'running', owner = @owner, lease_until = @leaseUntil, attempt = attempt + 1,
    started_at = coalesce(started_at, @now), progressed_at = NULL, recent_epochs = 0, recent_seconds = 0,
    epoch = @epoch, announced_epoch = min(announced_epoch, @epoch),
    loss = (SELECT loss FROM history WHERE job_id = @id AND epoch = @epoch),
    validation_loss = (SELECT validation_loss FROM history WHERE job_id = @id AND epoch = @epoch)
  WHERE id = @id AND attempt = @attempt AND state = 'queued'`;

const deleteHistoryAfter = 'DELETE FROM history WHERE job_id = ? AND epoch > ?';

/** Rows that one commit deletes: about 10 ms of the write lock. */
const historyPerCommit = 5_000;

// The newest first, so that what is left has no hole. Only while the job still waits as it was found.
const trimHistory = `
  DELETE FROM history WHERE job_id = @id AND epoch > @epoch AND EXISTS (
    SELECT 1 FROM jobs WHERE id = @id AND attempt = @attempt AND state = 'queued'
  ) ORDER BY epoch DESC LIMIT ${historyPerCommit}`;

const countHistoryAfter = 'SELECT count(*) FROM history WHERE job_id = ? AND epoch > ?';

const extendLease = `
  UPDATE jobs SET lease_until = @leaseUntil WHERE id = @jobId AND attempt = @attempt AND state = 'running'`;

const selectStanding = `
  SELECT iif(pause_requested, 'pause', 'held') FROM jobs WHERE id = @jobId AND attempt = @attempt AND state = 'running'`;

interface Candidate extends InitialColumns {
  readonly id: string;
  readonly attempt: number;
}

/** A checkpoint that could be read back; id 0, epoch 0 and no state when there is none. */
interface ResumePoint {
  readonly id: number;
  readonly epoch: number;
  readonly state: Uint8Array | null;
  /** Epochs of newer ones that could not be. */
  readonly unreadable: readonly number[];
}

type JobClaims = Pick<JobStore, 'claim' | 'renew' | 'standing'>;

export function createJobClaims(context: StoreContext): JobClaims {
  const { connection, blobs } = context;
  const { database, write } = connection;
  const next = database.prepare<[], Candidate>(selectNext);
  const checkpoints = createCheckpointRows(database);
  const extend = database.prepare<{ jobId: string; attempt: number; leaseUntil: string }>(extendLease);
  const standing = database.prepare<Fence, Standing>(selectStanding).pluck();
  const take = createTake(context);
  const trim = createTrim(context);
  const readInitial = createInitialReader(context);

  return {
    async claim(owner, leaseMs, now) {
      for (;;) {
        const candidate = next.get();
        if (!candidate) return null;
        // Read and hashed outside the transaction: a large one takes longer than the write lock may be held.
        const point = await readResumePoint(context, candidate.id, checkpoints.newestFirst(candidate.id));
        const initial = point.state === null ? await readInitial(candidate) : null;
        await trim(candidate, point.epoch);
        const orphans: string[] = [];
        const claimed = write(() =>
          take(candidate, point, { owner, leaseUntil: later(now, leaseMs), now }, orphans),
        );
        await blobs.remove(orphans);
        if (claimed) return { ...claimed, initial };
      }
    },
    async renew({ jobId, attempt }, leaseMs, now) {
      const values = { jobId, attempt, leaseUntil: later(now, leaseMs) };
      return write(() => extend.run(values)).changes === 1 ? 'ok' : 'lost';
    },
    async standing({ jobId, attempt }) {
      return standing.get({ jobId, attempt }) ?? 'lost';
    },
  };
}

/** Shortens a history that is too long for the claim's commit to forget, in commits of its own. */
function createTrim({ connection: { database, write } }: StoreContext) {
  const count = database.prepare<[string, number], number>(countHistoryAfter).pluck();
  const trim = database.prepare<object>(trimHistory);
  return async ({ id, attempt }: Candidate, epoch: number): Promise<void> => {
    const excess = (count.get(id, epoch) ?? 0) - historyPerCommit;
    for (let left = excess; left > 0; left -= historyPerCommit) {
      write(() => trim.run({ id, attempt, epoch }));
      await setImmediate();
    }
  };
}

interface Claim {
  readonly owner: string;
  readonly leaseUntil: string;
  readonly now: Date;
}

/** The claim's commit. Null when another process was quicker; files to delete after the commit are added to `orphans`. */
function createTake({ connection: { database }, folder }: StoreContext) {
  const take = database.prepare(takeJob);
  const forget = database.prepare<[string, number]>(deleteHistoryAfter);
  const diagnostics = createDiagnosticsRows(database);
  const byId = database.prepare<[string], JobRow>(selectJob);
  const datasetById = database.prepare<[string], DatasetRow>(selectDataset);
  const checkpoints = createCheckpointRows(database);
  const events = createEventAppender(database);
  const warn = createWarn(database);
  // It exists: a dataset of an active job cannot be deleted.
  const datasetOf = (id: string) => toStoredDataset(datasetById.get(id) as DatasetRow);
  const pathOf = ({ file }: { readonly file: string }) => join(folder.datasets, file);

  return (
    { id, attempt }: Candidate,
    point: ResumePoint,
    { owner, leaseUntil, now }: Claim,
    orphans: string[],
  ) => {
    const values = { id, attempt, owner, leaseUntil, now: now.toISOString(), epoch: point.epoch };
    if (take.run(values).changes !== 1) return null;
    forget.run(id, point.epoch);
    diagnostics.deleteAfter(id, point.epoch);
    orphans.push(...checkpoints.deleteAfter(id, point.id));
    for (const epoch of point.unreadable)
      warn(id, now, checkpointUnusable(epoch, 'its bytes are not those that were stored'));
    if (attempt === 0) events.append(id, 'started', now, { attempt: 1 });
    else events.append(id, 'resumed', now, { attempt: attempt + 1, from_epoch: point.epoch });
    const row = byId.get(id) as JobRow;
    const config: ResolvedModelConfig = JSON.parse(row.config);
    const dataset = datasetOf(row.dataset);
    const validationId = validationDataset(config);
    const validation = validationId === null ? null : datasetOf(validationId);
    return {
      fence: { jobId: id, attempt: row.attempt },
      job: toJob(row, now),
      config,
      dataset,
      datasetPath: pathOf(dataset),
      validation: validation && { dataset: validation, path: pathOf(validation) },
      checkpoint: point.state,
    } satisfies Omit<ClaimedJob, 'initial'>;
  };
}

/** The newest checkpoint whose bytes are those that were stored. */
async function readResumePoint(
  { blobs, logger }: StoreContext,
  jobId: string,
  newestFirst: readonly CheckpointRow[],
): Promise<ResumePoint> {
  const unreadable: number[] = [];
  for (const checkpoint of newestFirst) {
    try {
      const { id, epoch } = checkpoint;
      return { id, epoch, state: await blobs.load(checkpoint), unreadable };
    } catch (error) {
      if (!(error instanceof CorruptBlob)) throw error;
      unreadable.push(checkpoint.epoch);
      logger?.warn(
        { err: error, job: jobId, epoch: checkpoint.epoch },
        'a checkpoint is corrupt; trying the one before',
      );
    }
  }
  return { id: 0, epoch: 0, state: null, unreadable };
}

function later(now: Date, ms: number): string {
  return new Date(now.getTime() + ms).toISOString();
}
