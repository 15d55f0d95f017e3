/** What a trainer writes while it holds a job: history and checkpoints. */
import type { EpochRecord } from '../../contracts/job.ts';
import type { Fence, JobStore } from '../ports.ts';
import { createCheckpointRows } from './checkpoint-rows.ts';
import type { StoreContext } from './context.ts';
import { createDiagnosticsRows } from './job-diagnostics.ts';
import { createEventAppender } from './job-events.ts';
import type { JobRow } from './job-row.ts';
import { requireFinite, toJson } from './json-column.ts';
import { nextPace, type Pace } from './pace.ts';
import { createTellProgress } from './progress-events.ts';

const selectPace = `
  SELECT epoch, progressed_at, recent_epochs, recent_seconds FROM jobs
  WHERE id = @jobId AND attempt = @attempt AND state = 'running'`;

const raiseProgress = `
  UPDATE jobs SET epoch = @epoch, loss = @loss, validation_loss = @validationLoss, engine = @engine, progressed_at = @now,
    recent_epochs = @recent_epochs, recent_seconds = @recent_seconds
  WHERE id = @jobId`;

const insertHistory = `
  INSERT INTO history (job_id, epoch, loss, validation_loss, seconds, metrics) VALUES (?, ?, ?, ?, ?, ?)`;

// A new checkpoint is the proof that the job moves: crashes before it count no more.
const resetCrashes = `
  UPDATE jobs SET crashes = 0 WHERE id = @jobId AND attempt = @attempt AND state = 'running' RETURNING epoch`;

type PaceRow = Pick<JobRow, 'epoch' | 'progressed_at' | keyof Pace>;
type JobProgress = Pick<JobStore, 'progress' | 'checkpoint'>;
type HistoryValues = [
  jobId: string,
  epoch: number,
  loss: number,
  validationLoss: number | null,
  seconds: number,
  metrics: string,
];

export function createJobProgress({ connection, blobs }: StoreContext): JobProgress {
  const { database, write } = connection;
  const paceOf = database.prepare<Fence, PaceRow>(selectPace);
  const raise = database.prepare<object>(raiseProgress);
  const insert = database.prepare<HistoryValues>(insertHistory);
  const reset = database.prepare<Fence, number>(resetCrashes).pluck();
  const checkpoints = createCheckpointRows(database);
  const diagnostics = createDiagnosticsRows(database);
  const events = createEventAppender(database);
  const tellProgress = createTellProgress(database);

  return {
    async progress({ jobId, attempt }, reports, engine, now) {
      const rows = reports.map((record) => toHistoryValues(jobId, record));
      const last = reports.at(-1);
      if (!last) throw new RangeError('progress: expected at least one record');
      const { epoch, loss, validation_loss } = last;
      const values = {
        jobId,
        epoch,
        loss,
        validationLoss: validation_loss,
        engine,
        now: now.toISOString(),
      };
      return write(() => {
        const before = paceOf.get({ jobId, attempt });
        if (!before) return 'lost';
        raise.run({ ...values, ...paceAfter(before, reports, epoch, now) });
        for (const row of rows) insert.run(...row);
        const { statistics, findings } = diagnostics.insert(jobId, reports);
        tellProgress(jobId, now, 'due');
        if (statistics) events.append(jobId, 'diagnostics', now, statistics);
        events.appendWarnings(jobId, now, findings);
        return 'ok';
      });
    },
    async checkpoint({ jobId, attempt }, epoch, state, now) {
      let orphans: string[] = [];
      const committed = await blobs.commitWith('checkpoint', state, (blob) =>
        write(() => {
          const recorded = reset.get({ jobId, attempt });
          if (recorded === undefined) return false;
          // A job resumed here would lack the epochs in between for good.
          if (epoch > recorded)
            throw new RangeError(`checkpoint at epoch ${epoch}: progress was written up to ${recorded}`);
          orphans = checkpoints.insert(jobId, epoch, blob, now);
          events.append(jobId, 'checkpoint', now, { epoch });
          return true;
        }),
      );
      await blobs.remove(orphans);
      return committed ? 'ok' : 'lost';
    },
  };
}

/** By the clock, so that what an epoch waits for counts; the first report knows only its own epochs, not the reading of the table. */
function paceAfter(before: PaceRow, records: readonly EpochRecord[], epoch: number, now: Date): Pace {
  const { progressed_at: progressedAt } = before;
  const seconds =
    progressedAt === null
      ? records.reduce((sum, record) => sum + record.seconds, 0)
      : Math.max(0, (now.getTime() - Date.parse(progressedAt)) / 1000);
  return nextPace(before, epoch - before.epoch, seconds);
}

function toHistoryValues(
  jobId: string,
  { epoch, loss, validation_loss, seconds, metrics }: EpochRecord,
): HistoryValues {
  requireFinite(loss, `epoch ${epoch}: loss`);
  if (validation_loss !== null) requireFinite(validation_loss, `epoch ${epoch}: validation_loss`);
  requireFinite(seconds, `epoch ${epoch}: seconds`);
  return [jobId, epoch, loss, validation_loss, seconds, toJson(metrics)];
}
