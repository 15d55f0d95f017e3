/** How a trainer lets go of a job: success with a new version, failure, a pause, or back to the queue. */
import type { Verification } from '../../contracts/job.ts';
import type { Warning } from '../../contracts/names.ts';
import type { Fence, FencedResult, JobFailureReport, JobResult, JobStore } from '../ports.ts';
import type { StoredBlob } from './blob-files.ts';
import { createCheckpointRows } from './checkpoint-rows.ts';
import type { StoreContext } from './context.ts';
import { createDiagnosticsRows } from './job-diagnostics.ts';
import { createEventAppender } from './job-events.ts';
import { createRemainsWriter } from './job-remains.ts';
import { checkpointUnusable, createWarn } from './job-warnings.ts';
import { toJson } from './json-column.ts';
import { createTellProgress } from './progress-events.ts';
import { createVersionAppender, trainedColumns } from './version-rows.ts';

// Model and datasets are there: none of them can be deleted while the job is active.
const selectHeld = `
  SELECT jobs.model, jobs.dataset, jobs.config, jobs.warnings, jobs.verifies, datasets.sha256 AS dataset_sha256,
    (SELECT sha256 FROM datasets WHERE id = jobs.validation_dataset) AS validation_dataset_sha256
  FROM jobs JOIN datasets ON datasets.id = jobs.dataset
  WHERE jobs.id = @jobId AND attempt = @attempt AND state = 'running'`;

const selectVerifies = 'SELECT verifies FROM jobs WHERE id = ?';

const selectVerified = `
  SELECT version, weights_sha256, engine FROM versions
  WHERE model_id = (SELECT id FROM models WHERE name = @model) AND version = @verifies`;

const succeedJob = `
  UPDATE jobs SET state = 'succeeded', stop_reason = @stopReason, version = @version, verification = @verification, metrics = @metrics,
    warnings = @warnings, engine = @engine, finished_at = @now, pause_requested = 0, owner = NULL, lease_until = NULL
  WHERE id = @jobId`;

const failJob = `
  UPDATE jobs SET state = 'failed', stop_reason = @stopReason, error_code = @code, error_message = @message,
    finished_at = @now, pause_requested = 0, owner = NULL, lease_until = NULL
  WHERE id = @jobId AND attempt = @attempt AND state = 'running'`;

const releaseJob = `
  UPDATE jobs SET state = iif(pause_requested, 'paused', 'queued'), pause_requested = 0, owner = NULL, lease_until = NULL
  WHERE id = @jobId AND attempt = @attempt AND state = 'running'
  RETURNING state`;

interface HeldRow {
  readonly model: string;
  readonly dataset: string;
  readonly config: string;
  readonly warnings: string;
  readonly verifies: number | null;
  readonly dataset_sha256: string;
  readonly validation_dataset_sha256: string | null;
}

type JobEndings = Pick<JobStore, 'finish' | 'fail' | 'release' | 'discardCheckpoint'>;

export function createJobEndings(context: StoreContext): JobEndings {
  const { connection, blobs } = context;
  const { database, write } = connection;
  const fails = createFail(context);
  const leave = createRemainsWriter(context);
  const releasing = database.prepare<Fence, 'paused' | 'queued'>(releaseJob).pluck();
  const checkpoints = createCheckpointRows(database);
  const events = createEventAppender(database);
  const tellProgress = createTellProgress(database);
  const succeed = createSucceed(context);
  const warn = createWarn(database);
  const verifies = database.prepare<[string], number | null>(selectVerifies).pluck();

  /** Only inside a transaction. */
  function giveBack({ jobId, attempt }: Fence, reason: 'drain' | 'discard', now: Date): FencedResult {
    const state = releasing.get({ jobId, attempt });
    if (state === undefined) return 'lost';
    tellProgress(jobId, now, 'always');
    if (state === 'paused') events.append(jobId, 'paused', now, { reason: 'request' });
    else events.append(jobId, 'released', now, { reason });
    return 'ok';
  }

  return {
    async finish(fence, result, now) {
      const columns = resultColumns(result, now);
      let orphans: string[] = [];
      const commit = (blob: StoredBlob | null) =>
        write(() => {
          if (!succeed(fence, result, { ...columns, blob }, now)) return false;
          orphans = checkpoints.deleteAll(fence.jobId);
          return true;
        });
      // Weights that were only made to be compared are not kept.
      const isVerifying = verifies.get(fence.jobId) != null;
      const committed = isVerifying
        ? commit(null)
        : await blobs.commitWith('weights', result.weights, (blob) => {
            if (blob.sha256 === result.weightsSha256) return commit(blob);
            throw new Error(`finish: expected weights of sha256 ${result.weightsSha256}, got ${blob.sha256}`);
          });
      await blobs.remove(orphans);
      return committed ? 'ok' : 'lost';
    },
    async fail(fence, failure, now) {
      const { remains } = failure;
      let orphans: string[] = [];
      const commit = (blob: StoredBlob | null) =>
        write(() => {
          if (!fails(fence, failure, now)) return false;
          if (remains && blob) leave(fence.jobId, remains, blob);
          orphans = checkpoints.deleteAll(fence.jobId);
          return true;
        });
      const committed = remains ? await blobs.commitWith('weights', remains.weights, commit) : commit(null);
      await blobs.remove(orphans);
      return committed ? 'ok' : 'lost';
    },
    release: async (fence, now) => write(() => giveBack(fence, 'drain', now)),
    async discardCheckpoint(fence, why, now) {
      let orphans: string[] = [];
      const outcome = write(() => {
        const [latest, before] = checkpoints.newestFirst(fence.jobId);
        const result = giveBack(fence, 'discard', now);
        if (result === 'lost' || latest === undefined) return result;
        orphans = checkpoints.deleteAfter(fence.jobId, before?.id ?? 0);
        warn(fence.jobId, now, checkpointUnusable(latest.epoch, why));
        return result;
      });
      await blobs.remove(orphans);
      return outcome;
    },
  };
}

/** The commit of a failure: the job's end, what was found, its event. False when the fence no longer holds. */
function createFail({ connection: { database } }: StoreContext) {
  const failing = database.prepare<object>(failJob);
  const diagnostics = createDiagnosticsRows(database);
  const events = createEventAppender(database);
  const tellProgress = createTellProgress(database);

  return (
    { jobId, attempt }: Fence,
    { code, message, stopReason, findings = [] }: JobFailureReport,
    now: Date,
  ): boolean => {
    const values = { jobId, attempt, code, message, stopReason, now: now.toISOString() };
    if (failing.run(values).changes !== 1) return false;
    diagnostics.insertFindings(jobId, findings);
    tellProgress(jobId, now, 'always');
    events.appendWarnings(jobId, now, findings);
    events.append(jobId, 'failed', now, { code, message, stop_reason: stopReason });
    return true;
  };
}

/**
 * The commit of a success: the model's next version, or what verifying one came to, the job's end, its event. False when the fence no
 * longer holds.
 *
 * @param columns its `blob` holds the weights of the next version, durable; null for a job that verifies one
 */
function createSucceed(context: StoreContext) {
  const { database } = context.connection;
  const held = database.prepare<Fence, HeldRow>(selectHeld);
  const appendVersion = createVersionAppender(context);
  const verify = createVerify(context);
  const succeed = database.prepare<object>(succeedJob);
  const diagnostics = createDiagnosticsRows(database);
  const events = createEventAppender(database);
  const tellProgress = createTellProgress(database);

  return (
    { jobId, attempt }: Fence,
    result: JobResult,
    columns: ResultColumns & { readonly blob: StoredBlob | null },
    now: Date,
  ): boolean => {
    const job = held.get({ jobId, attempt });
    if (!job) return false;
    const { stopReason, blob, ...resulting } = columns;
    const { verifies: _, ...made } = { ...job, ...resulting, job: jobId, imported_from: null };
    const verification = blob === null ? verify(job, result) : null;
    const version = blob === null ? job.verifies : appendVersion(job.model, made, blob);
    if (version === null)
      throw new Error(`finish: the model ${job.model} of the job ${jobId} does not exist`);
    const warnings = toJson([...(JSON.parse(job.warnings) as Warning[]), ...result.warnings]);
    const { metrics, engine, created_at } = resulting;
    succeed.run({
      jobId,
      stopReason,
      version,
      verification: verification && toJson(verification),
      metrics,
      warnings,
      engine,
      now: created_at,
    });
    tellProgress(jobId, now, 'always');
    const findings = result.findings ?? [];
    diagnostics.insertFindings(jobId, findings);
    events.appendWarnings(jobId, now, [...result.warnings, ...findings]);
    const told = verification === null ? {} : { verification: verification.result };
    events.append(jobId, 'succeeded', now, { version, stop_reason: stopReason, ...told });
    return true;
  };
}

/** Compares with the version, which is there: it cannot be deleted while a job verifies it. */
function createVerify({ connection: { database } }: StoreContext) {
  const find = database.prepare<
    Pick<HeldRow, 'model' | 'verifies'>,
    { readonly weights_sha256: string; readonly engine: string }
  >(selectVerified);

  return ({ model, verifies }: HeldRow, { weightsSha256, engine }: JobResult): Verification => {
    const expected = find.get({ model, verifies });
    if (!expected) throw new Error(`finish: version ${verifies} of ${model}, which a job verifies, is gone`);
    const isEqual = weightsSha256 === expected.weights_sha256;
    const result = isEqual ? 'equal' : engine === expected.engine ? 'different' : 'not_comparable';
    return {
      result,
      weights_sha256: weightsSha256,
      expected_weights_sha256: expected.weights_sha256,
      engine,
      expected_engine: expected.engine,
    };
  };
}

type ResultColumns = ReturnType<typeof resultColumns>;

function resultColumns(result: JobResult, now: Date) {
  const { stopReason, parameters, engine, packageVersion } = result;
  return {
    stopReason,
    parameters,
    engine,
    package_version: packageVersion,
    created_at: now.toISOString(),
    metrics: toJson(result.metrics),
    ...trainedColumns(result.trained),
  };
}
