/** A job's row and what a client sees of it. */
import type { Job, JobState, StopReason } from '../../contracts/job.ts';
import { findingsOfJob } from './job-diagnostics.ts';
import { etaSeconds, type Pace } from './pace.ts';

export interface JobRow extends Pace {
  readonly id: string;
  readonly kind: Job['kind'];
  readonly model: string;
  readonly dataset: string;
  readonly state: JobState;
  readonly stop_reason: StopReason | null;
  readonly priority: number;
  readonly attempt: number;
  readonly crashes: number;
  readonly epoch: number;
  readonly epochs: number;
  /** Time of the attempt's last progress. */
  readonly progressed_at: string | null;
  readonly loss: number | null;
  readonly validation_loss: number | null;
  readonly version: number | null;
  /** JSON, as `metrics` is. */
  readonly verification: string | null;
  readonly engine: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly metrics: string | null;
  readonly warnings: string;
  /** JSON as `warnings` is. */
  readonly findings: string;
  readonly config: string;
}

export const jobColumns = `
  id, kind, model, dataset, state, stop_reason, priority, attempt, crashes, epoch, epochs, progressed_at,
  recent_epochs, recent_seconds, loss, validation_loss, version, engine, created_at, started_at, finished_at, error_code, error_message,
  metrics, warnings, config, verification, ${findingsOfJob} AS findings`;

export const selectJob = `SELECT ${jobColumns} FROM jobs WHERE id = ?`;

export function toJob(row: JobRow, now: Date): Job {
  return {
    id: row.id,
    kind: row.kind,
    model: row.model,
    dataset: row.dataset,
    state: row.state,
    stop_reason: row.stop_reason,
    progress: {
      epoch: row.epoch,
      epochs: row.epochs,
      // A job that converged early has nothing left to do.
      fraction: row.state === 'succeeded' ? 1 : Math.min(1, row.epoch / row.epochs),
      eta_seconds: etaSeconds(row, now),
    },
    loss: row.loss,
    validation_loss: row.validation_loss,
    metrics: row.metrics === null ? null : JSON.parse(row.metrics),
    version: row.version,
    verification: row.verification === null ? null : JSON.parse(row.verification),
    attempt: row.attempt,
    engine: row.engine,
    warnings: [...JSON.parse(row.warnings), ...JSON.parse(row.findings)],
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    config: JSON.parse(row.config),
    priority: row.priority,
    created_at: row.created_at,
    started_at: row.started_at,
    finished_at: row.finished_at,
  };
}
