/** A job's own numbered events, appended inside the commit that makes them true. */
import type { Database } from 'better-sqlite3';
import type { JobEvent } from '../ports.ts';
import { toJson } from './json-column.ts';

const raiseCount = 'UPDATE jobs SET event_count = event_count + 1 WHERE id = ? RETURNING event_count';

const insertEvent = 'INSERT INTO events (job_id, id, type, at, data) VALUES (?, ?, ?, ?, ?)';

/** Call only inside `connection.write`. */
export type AppendEvent = (jobId: string, type: JobEvent['type'], now: Date, data: JobEvent['data']) => void;

export function createEventAppender(database: Database): AppendEvent {
  const raise = database.prepare<[string], number>(raiseCount).pluck();
  const insert = database.prepare<[string, number, string, string, string]>(insertEvent);
  return (jobId, type, now, data) => {
    const id = raise.get(jobId);
    if (id === undefined) throw new Error(`event ${type}: the job ${jobId} does not exist`);
    insert.run(jobId, id, type, now.toISOString(), toJson(data));
  };
}
