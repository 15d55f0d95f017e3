/** Adds a warning to a job that is not at its end yet, with the event that tells it. */
import type { Database } from 'better-sqlite3';
import type { Warning } from '../../contracts/names.ts';
import { createEventAppender } from './job-events.ts';
import { toJson } from './json-column.ts';

const addWarning = `UPDATE jobs SET warnings = json_insert(warnings, '$[#]', json(?)) WHERE id = ?`;

/** Call only inside `connection.write`. */
export type Warn = (jobId: string, now: Date, warning: Warning) => void;

export function createWarn(database: Database): Warn {
  const add = database.prepare<[string, string]>(addWarning);
  const events = createEventAppender(database);
  return (jobId, now, warning) => {
    add.run(toJson(warning), jobId);
    events.append(jobId, 'warning', now, warning);
  };
}

/** A checkpoint that a job cannot go on from; it falls back to the one before, or to its start. */
export function checkpointUnusable(epoch: number, why: string): Warning {
  return {
    code: 'checkpoint_unusable',
    message: `the checkpoint after epoch ${epoch} cannot be used, the job goes on from the one before it: ${why}`,
  };
}
