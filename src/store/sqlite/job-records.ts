/** Jobs as the API uses them: submit, read, cancel. */
import { setImmediate } from 'node:timers/promises';
import {
  type EpochRecord,
  type JobListQuery,
  type JobState,
  jobStates,
  terminalStates,
} from '../../contracts/job.ts';
import { validationDataset } from '../../contracts/model-config.ts';
import type { JobEvent, JobStore, NewJob } from '../ports.ts';
import { createCheckpointRows } from './checkpoint-rows.ts';
import type { StoreContext } from './context.ts';
import { decodeCursor, readPage, startOfTextPairs } from './cursor.ts';
import { createDiagnosticsRows } from './job-diagnostics.ts';
import { createEventAppender } from './job-events.ts';
import { type JobRow, jobColumns, selectJob, toJob } from './job-row.ts';
import { toJson } from './json-column.ts';

const selectModel = 'SELECT 1 FROM models WHERE name = ?';

const selectDataset = 'SELECT 1 FROM datasets WHERE id = ?';

const insertJob = `
  INSERT INTO jobs (id, kind, model, dataset, validation_dataset, state, priority, epochs, created_at, warnings, config)
  VALUES (@id, 'train', @model, @dataset, @validationDataset, 'queued', @priority, @epochs, @now, @warnings, @config)`;

const selectHistory = `
  SELECT epoch, loss, validation_loss, metrics, seconds FROM history
  WHERE job_id = ? AND epoch > ? ORDER BY epoch LIMIT ?`;

/** Rows read between two turns of the event loop: about 10 ms. */
const historyChunk = 5_000;

const countJobs = 'SELECT state, count(*) AS count FROM jobs GROUP BY state';

const selectEvents = 'SELECT id, type, at, data FROM events WHERE job_id = ? AND id > ? ORDER BY id LIMIT ?';

const cancelJob = `
  UPDATE jobs SET state = 'cancelled', stop_reason = 'cancelled', finished_at = @now, owner = NULL, lease_until = NULL
  WHERE id = @id AND state IN ('queued', 'running', 'paused')`;

const filters = ['state', 'model', 'dataset'] as const;
type JobFilters = Pick<JobListQuery, (typeof filters)[number]>;

interface HistoryRow extends Omit<EpochRecord, 'metrics'> {
  readonly metrics: string;
}

interface EventRow extends Omit<JobEvent, 'data'> {
  readonly data: string;
}

type JobRecords = Pick<
  JobStore,
  'submit' | 'get' | 'list' | 'countByState' | 'history' | 'diagnostics' | 'events' | 'cancel'
>;

export function createJobRecords(context: StoreContext): JobRecords {
  const { connection, blobs, now: clock } = context;
  const { database, write } = connection;
  const appendEvent = createEventAppender(database);
  const checkpoints = createCheckpointRows(database);
  const diagnostics = createDiagnosticsRows(database);
  const model = database.prepare<[string]>(selectModel);
  const dataset = database.prepare<[string]>(selectDataset);
  const insert = database.prepare(insertJob);
  const byId = database.prepare<[string], JobRow>(selectJob);
  const historyAfter = database.prepare<[string, number, number], HistoryRow>(selectHistory);
  const eventsAfter = database.prepare<[string, number, number], EventRow>(selectEvents);
  const counts = database.prepare<[], { state: JobState; count: number }>(countJobs);
  const cancel = database.prepare<{ id: string; now: string }>(cancelJob);
  const pages = createPageStatements(context);

  return {
    async submit(job, now) {
      const values = newRow(job, now);
      return write(() => {
        if (!model.get(job.model)) return { outcome: 'model_gone' };
        if (!dataset.get(job.dataset)) return { outcome: 'dataset_gone' };
        if (values.validationDataset !== null && !dataset.get(values.validationDataset))
          return { outcome: 'validation_dataset_gone' };
        insert.run(values);
        appendEvent(job.id, 'queued', now, {});
        return { outcome: 'ok', job: toJob(byId.get(job.id) as JobRow, now) };
      });
    },
    async get(id) {
      const row = byId.get(id);
      return row ? toJob(row, clock()) : null;
    },
    async countByState() {
      const byState = Object.fromEntries(jobStates.map((state) => [state, 0])) as Record<JobState, number>;
      for (const { state, count } of counts.all()) byState[state] = count;
      return byState;
    },
    async list(query) {
      const now = clock();
      const start = decodeCursor(query.cursor, startOfTextPairs);
      const rows = pages(query).iterate(...filterValues(query), ...start, query.limit + 1);
      return readPage(
        rows,
        query.limit,
        (row) => toJob(row, now),
        (row) => [row.created_at, row.id],
      );
    },
    async history(id) {
      const records: EpochRecord[] = [];
      for (;;) {
        const rows = historyAfter.all(id, records.at(-1)?.epoch ?? -1, historyChunk);
        for (const row of rows) records.push({ ...row, metrics: JSON.parse(row.metrics) });
        if (rows.length < historyChunk) return records;
        await setImmediate();
      }
    },
    async diagnostics(id) {
      return diagnostics.read(id);
    },
    async events(id, after, limit) {
      return eventsAfter.all(id, after, limit).map((row) => ({ ...row, data: JSON.parse(row.data) }));
    },
    async cancel(id, now) {
      let orphans: string[] = [];
      const result = write(() => {
        const row = byId.get(id);
        if (!row) return { outcome: 'not_found' } as const;
        if (row.state !== 'cancelled' && terminalStates.has(row.state)) {
          return { outcome: 'conflict', state: row.state } as const;
        }
        if (cancel.run({ id, now: now.toISOString() }).changes === 1) {
          appendEvent(id, 'cancelled', now, {});
          orphans = checkpoints.deleteAll(id);
        }
        return { outcome: 'ok', job: toJob(byId.get(id) as JobRow, now) } as const;
      });
      await blobs.remove(orphans);
      return result;
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
  return { id, model, dataset, priority, epochs, ...texts };
}

/**
 * The page of jobs that fit the filters given. A statement for each set of them: `(? IS NULL OR state = ?)` in a single one
 * would keep SQLite from using an index, and a rare state would scan every job.
 */
export function selectPage(query: JobFilters): string {
  const conditions = filters.filter((name) => query[name] !== undefined).map((name) => `${name} = ? AND`);
  return `
    SELECT ${jobColumns} FROM jobs WHERE ${conditions.join(' ')} (created_at, id) < (?, ?)
    ORDER BY created_at DESC, id DESC LIMIT ?`;
}

function filterValues(query: JobFilters): string[] {
  return filters.map((name) => query[name]).filter((value) => value !== undefined);
}

function createPageStatements({ connection: { database } }: StoreContext) {
  const statements = new Map<string, ReturnType<typeof database.prepare<(string | number)[], JobRow>>>();
  return (query: JobFilters) => {
    const sql = selectPage(query);
    const statement = statements.get(sql) ?? database.prepare<(string | number)[], JobRow>(sql);
    statements.set(sql, statement);
    return statement;
  };
}
