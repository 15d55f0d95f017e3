/** Tells of a job's latest epoch, at most ten times a second however short its epochs are. */
import type { Database } from 'better-sqlite3';
import type { EpochRecord } from '../../contracts/job.ts';
import { createEventAppender } from './job-events.ts';

/** Eight a second leave room for the one that an end adds for the last epoch. */
const leastGapMs = 125;

const selectUntold = `
  SELECT history.epoch, epochs, history.loss, history.validation_loss, history.metrics, history.seconds, announced_at
  FROM jobs JOIN history ON history.job_id = jobs.id AND history.epoch = jobs.epoch
  WHERE jobs.id = ? AND jobs.epoch > announced_epoch`;

const markTold = 'UPDATE jobs SET announced_epoch = ?, announced_at = ? WHERE id = ?';

interface UntoldRow extends Omit<EpochRecord, 'metrics'> {
  readonly epochs: number;
  readonly metrics: string;
  readonly announced_at: string | null;
}

/**
 * Call only inside `connection.write`.
 *
 * @param when `due`: unless the last event is too recent; `always`: before an event that ends the job
 */
export type TellProgress = (jobId: string, now: Date, when: 'due' | 'always') => void;

export function createTellProgress(database: Database): TellProgress {
  const untold = database.prepare<[string], UntoldRow>(selectUntold);
  const mark = database.prepare<[number, string, string]>(markTold);
  const events = createEventAppender(database);
  return (jobId, now, when) => {
    const row = untold.get(jobId);
    if (!row) return;
    const { announced_at: toldAt, ...epoch } = row;
    const isRecent = toldAt !== null && now.getTime() - Date.parse(toldAt) < leastGapMs;
    if (when === 'due' && isRecent) return;
    events.append(jobId, 'progress', now, { ...epoch, metrics: JSON.parse(row.metrics) });
    mark.run(row.epoch, now.toISOString(), jobId);
  };
}
