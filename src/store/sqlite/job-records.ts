/** Jobs as the API reads them. */
import { setImmediate } from 'node:timers/promises';
import { type EpochRecord, type JobListQuery, type JobState, jobStates } from '../../contracts/job.ts';
import type { JobStore } from '../ports.ts';
import type { StoreContext } from './context.ts';
import { decodeCursor, readPage, startOfTextPairs } from './cursor.ts';
import { createDiagnosticsRows } from './job-diagnostics.ts';
import { createRemainsReader } from './job-remains.ts';
import { type JobRow, jobColumns, selectJob, toJob } from './job-row.ts';

const selectHistory = `
  SELECT epoch, loss, validation_loss, metrics, seconds FROM history
  WHERE job_id = ? AND epoch > ? ORDER BY epoch LIMIT ?`;

/** Rows read between two turns of the event loop: about 10 ms. */
const historyChunk = 5_000;

const countJobs = 'SELECT state, count(*) AS count FROM jobs GROUP BY state';

const filters = ['state', 'model', 'dataset'] as const;
type JobFilters = Pick<JobListQuery, (typeof filters)[number]>;

interface HistoryRow extends Omit<EpochRecord, 'metrics'> {
  readonly metrics: string;
}

type JobRecords = Pick<JobStore, 'get' | 'list' | 'countByState' | 'history' | 'diagnostics' | 'remains'>;

export function createJobRecords(context: StoreContext): JobRecords {
  const { connection, now: clock } = context;
  const { database } = connection;
  const diagnostics = createDiagnosticsRows(database);
  const byId = database.prepare<[string], JobRow>(selectJob);
  const historyAfter = database.prepare<[string, number, number], HistoryRow>(selectHistory);
  const counts = database.prepare<[], { state: JobState; count: number }>(countJobs);
  const pages = createPageStatements(context);

  return {
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
    async history(id, after = -1, limit = Number.POSITIVE_INFINITY) {
      const records: EpochRecord[] = [];
      for (;;) {
        const count = Math.min(historyChunk, limit - records.length);
        const rows = historyAfter.all(id, records.at(-1)?.epoch ?? after, count);
        for (const row of rows) records.push({ ...row, metrics: JSON.parse(row.metrics) });
        if (rows.length < count || records.length === limit) return records;
        await setImmediate();
      }
    },
    remains: createRemainsReader(context),
    async diagnostics(id) {
      return diagnostics.read(id);
    },
  };
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
