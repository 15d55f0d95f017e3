/** What a trainer writes while it holds a job: history and checkpoints. */
import type { EpochRecord } from '../../contracts/job.ts';
import type { Fence, JobStore } from '../ports.ts';
import { createCheckpointRows } from './checkpoint-rows.ts';
import type { StoreContext } from './context.ts';
import { createDiagnosticsRows } from './job-diagnostics.ts';
import { createEventAppender } from './job-events.ts';
import { requireFinite, toJson } from './json-column.ts';

const raiseProgress = `
  UPDATE jobs SET epoch = @epoch, loss = @loss, validation_loss = @validationLoss, engine = @engine, progressed_at = @now
  WHERE id = @jobId AND attempt = @attempt AND state = 'running'
  RETURNING epochs`;

const insertHistory = `
  INSERT INTO history (job_id, epoch, loss, validation_loss, seconds, metrics) VALUES (?, ?, ?, ?, ?, ?)`;

// A new checkpoint is the proof that the job moves: crashes before it count no more.
const resetCrashes = `
  UPDATE jobs SET crashes = 0 WHERE id = @jobId AND attempt = @attempt AND state = 'running' RETURNING epoch`;

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
  const raise = database.prepare<object, number>(raiseProgress).pluck();
  const insert = database.prepare<HistoryValues>(insertHistory);
  const reset = database.prepare<Fence, number>(resetCrashes).pluck();
  const checkpoints = createCheckpointRows(database);
  const diagnostics = createDiagnosticsRows(database);
  const appendEvent = createEventAppender(database);

  return {
    async progress({ jobId, attempt }, reports, engine, now) {
      const rows = reports.map((record) => toHistoryValues(jobId, record));
      const last = reports.at(-1);
      if (!last) throw new RangeError('progress: expected at least one record');
      const { epoch, loss, validation_loss } = last;
      const values = {
        jobId,
        attempt,
        epoch,
        loss,
        validationLoss: validation_loss,
        engine,
        now: now.toISOString(),
      };
      return write(() => {
        const epochs = raise.get(values);
        if (epochs === undefined) return 'lost';
        for (const row of rows) insert.run(...row);
        const seen = diagnostics.insert(jobId, reports);
        appendEvent(jobId, 'progress', now, { epoch, epochs, loss, validation_loss, ...seen });
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
          appendEvent(jobId, 'checkpoint', now, { epoch });
          return true;
        }),
      );
      await blobs.remove(orphans);
      return committed ? 'ok' : 'lost';
    },
  };
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
