/** A job's own numbered events: appended inside the commit that makes them true, read by job or in the order of commits. */
import type { Database } from 'better-sqlite3';
import type { JobEvent } from '../../contracts/job-event.ts';
import type { Warning } from '../../contracts/names.ts';
import type { JobStore } from '../ports.ts';
import type { StoreContext } from './context.ts';
import { toJson } from './json-column.ts';

const raiseCount = 'UPDATE jobs SET event_count = event_count + 1 WHERE id = ? RETURNING event_count';

const insertEvent = 'INSERT INTO events (job_id, id, type, at, data) VALUES (?, ?, ?, ?, ?)';

const selectEvents = 'SELECT id, type, at, data FROM events WHERE job_id = ? AND id > ? ORDER BY id LIMIT ?';

const selectLast = 'SELECT coalesce(max(position), 0) FROM events';

// Writers take turns, so that the order of positions is that of the commits.
const selectPast = `
  SELECT position, job_id, id, type, at, data FROM events WHERE position > ? ORDER BY position LIMIT ?`;

/** Warnings of one commit that get an event each: a table may have ten thousand constant columns. */
const maxWarningEvents = 100;

/** Both are called only inside `connection.write`. */
export interface EventAppender {
  append<Type extends JobEvent['type']>(
    jobId: string,
    type: Type,
    now: Date,
    data: Extract<JobEvent, { type: Type }>['data'],
  ): void;
  appendWarnings(jobId: string, now: Date, warnings: readonly Warning[]): void;
}

export function createEventAppender(database: Database): EventAppender {
  const raise = database.prepare<[string], number>(raiseCount).pluck();
  const insert = database.prepare<[string, number, string, string, string]>(insertEvent);

  const append: EventAppender['append'] = (jobId, type, now, data) => {
    const id = raise.get(jobId);
    if (id === undefined) throw new Error(`event ${type}: the job ${jobId} does not exist`);
    insert.run(jobId, id, type, now.toISOString(), toJson(data));
  };

  return {
    append,
    appendWarnings(jobId, now, warnings) {
      const told = warnings.slice(0, maxWarningEvents);
      for (const { code, message } of told) append(jobId, 'warning', now, { code, message });
      const rest = warnings.length - told.length;
      if (rest === 0) return;
      append(jobId, 'warning', now, {
        code: 'more_warnings',
        message: `and ${rest} more: the job lists them all`,
      });
    },
  };
}

interface EventRow {
  readonly id: number;
  readonly type: string;
  readonly at: string;
  readonly data: string;
}

interface PlacedRow extends EventRow {
  readonly position: number;
  readonly job_id: string;
}

type EventReads = Pick<JobStore, 'events' | 'lastPosition' | 'eventsPast'>;

export function createEventReads({ connection: { database } }: StoreContext): EventReads {
  const ofJob = database.prepare<[string, number, number], EventRow>(selectEvents);
  const last = database.prepare<[], number>(selectLast).pluck();
  const past = database.prepare<[number, number], PlacedRow>(selectPast);
  return {
    async events(id, after, limit) {
      return ofJob.all(id, after, limit).map(toEvent);
    },
    async lastPosition() {
      return last.get() as number;
    },
    async eventsPast(position, limit) {
      return past
        .all(position, limit)
        .map((row) => ({ position: row.position, jobId: row.job_id, event: toEvent(row) }));
    },
  };
}

function toEvent({ id, type, at, data }: EventRow): JobEvent {
  return { id, type, at, data: JSON.parse(data) } as JobEvent;
}
