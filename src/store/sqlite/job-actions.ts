/** What clients ask of a job that exists: cancel, pause, resume, delete. */
import { terminalStates } from '../../contracts/job.ts';
import type { ActionResult, JobStore } from '../ports.ts';
import { createCheckpointRows } from './checkpoint-rows.ts';
import type { StoreContext } from './context.ts';
import { createDeleteJob } from './delete-job.ts';
import { createEventAppender } from './job-events.ts';
import { type JobRow, selectJob, toJob } from './job-row.ts';

const cancelJob = `
  UPDATE jobs SET state = 'cancelled', stop_reason = 'cancelled', finished_at = @now, pause_requested = 0,
    owner = NULL, lease_until = NULL
  WHERE id = @id AND state IN ('queued', 'running', 'paused')`;

const pauseQueued = `UPDATE jobs SET state = 'paused' WHERE id = ? AND state = 'queued'`;

const requestPause = `UPDATE jobs SET pause_requested = 1 WHERE id = ? AND state = 'running'`;

const resumePaused = `UPDATE jobs SET state = 'queued' WHERE id = ? AND state = 'paused'`;

const withdrawPause = `
  UPDATE jobs SET pause_requested = 0 WHERE id = ? AND state = 'running' AND pause_requested = 1`;

type JobActions = Pick<JobStore, 'cancel' | 'pause' | 'resume' | 'delete'>;

export function createJobActions(context: StoreContext): JobActions {
  const { connection, blobs } = context;
  const { database, write } = connection;
  const events = createEventAppender(database);
  const checkpoints = createCheckpointRows(database);
  const byId = database.prepare<[string], JobRow>(selectJob);
  const cancel = database.prepare<{ id: string; now: string }>(cancelJob);
  const byState = (sql: string) => {
    const statement = database.prepare<[string]>(sql);
    return (id: string) => statement.run(id).changes === 1;
  };
  const pause = byState(pauseQueued);
  const askToPause = byState(requestPause);
  const resume = byState(resumePaused);
  const goOn = byState(withdrawPause);
  const deleteJob = createDeleteJob(context);

  /** One commit of `act`, which returns whether the state allows the action. */
  function actOn(id: string, now: Date, act: (row: JobRow) => boolean): ActionResult {
    return write(() => {
      const row = byId.get(id);
      if (!row) return { outcome: 'not_found' };
      if (!act(row)) return { outcome: 'conflict', state: row.state };
      return { outcome: 'ok', job: toJob(byId.get(id) as JobRow, now) };
    });
  }

  return {
    async cancel(id, now) {
      let orphans: string[] = [];
      const result = actOn(id, now, ({ state }) => {
        if (cancel.run({ id, now: now.toISOString() }).changes === 0) return state === 'cancelled';
        events.append(id, 'cancelled', now, {});
        orphans = checkpoints.deleteAll(id);
        return true;
      });
      await blobs.remove(orphans);
      return result;
    },
    async pause(id, now) {
      return actOn(id, now, ({ state }) => {
        if (!pause(id)) return askToPause(id) || state === 'paused';
        events.append(id, 'paused', now, { reason: 'request' });
        return true;
      });
    },
    async resume(id, now) {
      return actOn(id, now, () => {
        if (!resume(id)) return goOn(id);
        events.append(id, 'queued', now, { reason: 'resume' });
        return true;
      });
    },
    async delete(id) {
      const row = byId.get(id);
      if (!row) return { outcome: 'not_found' };
      // What has ended stays so: no later commit can make this untrue.
      if (!terminalStates.has(row.state)) return { outcome: 'conflict', state: row.state };
      return (await deleteJob(id)) ? 'deleted' : { outcome: 'not_found' };
    },
  };
}
