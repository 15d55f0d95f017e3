/** Takes jobs back from trainers that died, and gives up on a job that keeps killing its trainer. */
import type { Statement } from 'better-sqlite3';
import { jobErrorCodes } from '../../errors.ts';
import type { JobStore } from '../ports.ts';
import { createCheckpointRows } from './checkpoint-rows.ts';
import type { StoreContext } from './context.ts';
import { createEventAppender } from './job-events.ts';

/** Crashes in a row, without a new checkpoint between them, after which a job fails as `poison`. */
const poisonousCrashes = 3;

interface HeldJob {
  readonly id: string;
  readonly owner: string;
  readonly crashes: number;
}

// `crashes + 1`: this one counts.
const selectAll = `SELECT id, owner, crashes + 1 AS crashes FROM jobs WHERE state = 'running'`;

const selectOfOwner = `${selectAll} AND owner = ?`;

const selectExpired = `${selectAll} AND lease_until < ?`;

const requeueJob = `
  UPDATE jobs SET state = iif(pause_requested, 'paused', 'queued'), crashes = @crashes, pause_requested = 0,
    owner = NULL, lease_until = NULL
  WHERE id = @id
  RETURNING state`;

const poisonJob = `
  UPDATE jobs SET state = 'failed', stop_reason = 'poison', crashes = @crashes, error_code = 'poison',
    error_message = @message, finished_at = @now, pause_requested = 0, owner = NULL, lease_until = NULL
  WHERE id = @id`;

type JobCrashes = Pick<JobStore, 'releaseOwner' | 'releaseAll' | 'releaseExpired' | 'expiredOwners'>;

export function createJobCrashes({ connection, blobs }: StoreContext): JobCrashes {
  const { database, write } = connection;
  const ofOwner = database.prepare<string[], HeldJob>(selectOfOwner);
  const all = database.prepare<string[], HeldJob>(selectAll);
  const expired = database.prepare<string[], HeldJob>(selectExpired);
  const requeue = database.prepare<object, 'paused' | 'queued'>(requeueJob).pluck();
  const poison = database.prepare<object>(poisonJob);
  const checkpoints = createCheckpointRows(database);
  const events = createEventAppender(database);

  /** Returns files to delete after the commit. */
  function takeBack({ id, crashes }: HeldJob, now: Date): string[] {
    if (crashes < poisonousCrashes) {
      const type = requeue.get({ id, crashes }) === 'paused' ? 'paused' : 'released';
      events.append(id, type, now, { reason: 'crash', crashes });
      return [];
    }
    const message = jobErrorCodes.poison;
    poison.run({ id, crashes, message, now: now.toISOString() });
    events.append(id, 'failed', now, { code: 'poison', message, stop_reason: 'poison' });
    return checkpoints.deleteAll(id);
  }

  async function takeBackAll(
    held: Statement<string[], HeldJob>,
    parameters: string[],
    now: Date,
  ): Promise<number> {
    // Mostly there is nothing to do, and a read takes no lock.
    if (!held.get(...parameters)) return 0;
    let orphans: string[] = [];
    const count = write(() => {
      const jobs = held.all(...parameters);
      orphans = jobs.flatMap((job) => takeBack(job, now));
      return jobs.length;
    });
    await blobs.remove(orphans);
    return count;
  }

  return {
    releaseOwner: (owner, now) => takeBackAll(ofOwner, [owner], now),
    releaseAll: (now) => takeBackAll(all, [], now),
    releaseExpired: (now) => takeBackAll(expired, [now.toISOString()], now),
    expiredOwners: async (now) => expired.all(now.toISOString()).map(({ owner }) => owner),
  };
}
