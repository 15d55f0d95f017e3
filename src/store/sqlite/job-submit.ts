/** The commit that makes a job: at most once for an idempotency key, and only while the queue has room. */
import { validationDataset } from '../../contracts/model-config.ts';
import type { IdempotencyKey, JobStore, NewJob, Replay } from '../ports.ts';
import type { StoreContext } from './context.ts';
import { createEventAppender } from './job-events.ts';
import { type JobRow, selectJob, toJob } from './job-row.ts';
import { toJson } from './json-column.ts';

const selectModel = 'SELECT 1 FROM models WHERE name = ?';

const selectDataset = 'SELECT 1 FROM datasets WHERE id = ?';

const selectVersion = `
  SELECT 1 FROM versions WHERE model_id = (SELECT id FROM models WHERE name = ?) AND version = ?`;

// The partial index holds what waits and nothing else.
export const countQueued = `SELECT count(*) FROM jobs INDEXED BY jobs_queue WHERE state = 'queued'`;

const insertJob = `
  INSERT INTO jobs (id, kind, model, dataset, validation_dataset, initial_model, initial_version, verifies, state, priority, epochs, created_at, warnings, config)
  VALUES (@id, @kind, @model, @dataset, @validationDataset, @initialModel, @initialVersion, @verifies, 'queued', @priority, @epochs, @now, @warnings, @config)`;

const selectKey = 'SELECT request_sha256, reply FROM idempotency_keys WHERE holder = @holder AND key = @key';

const insertKey = `
  INSERT INTO idempotency_keys (holder, key, request_sha256, created_at, reply)
  VALUES (@holder, @key, @requestSha256, @now, @reply)`;

interface KeyRow {
  readonly request_sha256: string;
  readonly reply: string;
}

type JobSubmit = Pick<JobStore, 'submit' | 'replay'>;

export function createJobSubmit({ connection }: StoreContext): JobSubmit {
  const { database, write } = connection;
  const events = createEventAppender(database);
  const model = database.prepare<[string]>(selectModel);
  const dataset = database.prepare<[string]>(selectDataset);
  const version = database.prepare<[string, number | null]>(selectVersion);
  const queued = database.prepare<[], number>(countQueued).pluck();
  const insert = database.prepare(insertJob);
  const byId = database.prepare<[string], JobRow>(selectJob);
  const byKey = database.prepare<IdempotencyKey, KeyRow>(selectKey);
  const storeKey = database.prepare<object>(insertKey);

  function replay(key: IdempotencyKey): Replay | null {
    const row = byKey.get(key);
    if (!row) return null;
    if (row.request_sha256 !== key.requestSha256) return { outcome: 'key_reused' };
    return { outcome: 'replayed', job: JSON.parse(row.reply) };
  }

  return {
    async submit(job, now, { maxQueued = Number.POSITIVE_INFINITY, idempotency } = {}) {
      const values = newRow(job, now);
      return write(() => {
        // Looked up here too: of many submits with one key at once, all saw none before.
        const earlier = idempotency && replay(idempotency);
        if (earlier) return earlier;
        if (!model.get(job.model)) return { outcome: 'model_gone' };
        if (!dataset.get(job.dataset)) return { outcome: 'dataset_gone' };
        if (values.validationDataset !== null && !dataset.get(values.validationDataset))
          return { outcome: 'validation_dataset_gone' };
        const { initialModel, initialVersion } = values;
        if (initialModel !== null && !version.get(initialModel, initialVersion))
          return { outcome: 'initial_version_gone' };
        if (values.verifies !== null && !version.get(job.model, values.verifies))
          return { outcome: 'verified_version_gone' };
        if ((queued.get() as number) >= maxQueued) return { outcome: 'queue_full' };
        insert.run(values);
        events.append(job.id, 'queued', now, { reason: 'submit' });
        events.appendWarnings(job.id, now, job.warnings);
        const submitted = toJob(byId.get(job.id) as JobRow, now);
        if (idempotency) storeKey.run({ ...idempotency, now: now.toISOString(), reply: toJson(submitted) });
        return { outcome: 'ok', job: submitted };
      });
    },
    async replay(key) {
      return replay(key);
    },
  };
}

function newRow(job: NewJob, now: Date) {
  const { id, model, dataset, priority, epochs } = job;
  const texts = {
    validationDataset: validationDataset(job.config),
    warnings: toJson(job.warnings),
    config: toJson(job.config),
    now: now.toISOString(),
  };
  const { initialize_from: from } = job.config;
  const initial = { initialModel: from?.model ?? null, initialVersion: from?.version ?? null };
  const { verifies = null } = job;
  const kind = verifies === null ? 'train' : 'verify';
  return { id, kind, model, dataset, priority, epochs, verifies, ...initial, ...texts };
}
