/** A run of kills: at seeded moments something dies, and what is left is held against a run that nothing befell. */

import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Job } from '../../src/contracts/job.ts';
import { createRandom } from '../../src/math/random.ts';
import { type Service, startService, temporaryFolder } from '../e2e/service.ts';
import { startClerk } from './clerk.ts';
import { families } from './fault-families.ts';
import { emptyReport, type FaultReport } from './fault-report.ts';
import { epochsFor, isEnded, LostJob, type Outcome, outcomeOf, prepare, submit, waitFor } from './jobs.ts';
import { plantedBug } from './planted-environment.ts';
import { integrity, lastCheckpoint, readStore, workPastCheckpointMs } from './store-reader.ts';

export interface KillRun {
  /** A name of `families`. */
  readonly family: string;
  readonly seed: number;
  readonly kills: number;
  /** How long an undisturbed job takes, about. */
  readonly jobSeconds: number;
  /** A name of `plants`. */
  readonly plant?: string;
}

const victims = ['trainer', 'process', 'tree'] as const;
type Victim = (typeof victims)[number];

/** Longest time that a job is left to run between two kills. */
const maxDelayMs = 700;
export const checkpointSeconds = 0.05;

export async function runKills(run: KillRun): Promise<FaultReport> {
  const family = families[run.family]!;
  const report = emptyReport(run.family, run.seed);
  const env = { CHECKPOINT_SECONDS: String(checkpointSeconds), ...plantedBug(run.plant) };
  const random = createRandom(run.seed, Object.keys(families).indexOf(run.family));
  let service = await startService({ dataDir: temporaryFolder(), env });
  const { dataDir } = service;
  const dataset = await prepare(service, family);
  const config = family.config(await epochsFor(service, dataset, family, run.jobSeconds));
  const undisturbed = await outcomeOf(
    service,
    await waitFor(service, await submit(service, dataset, config), isEnded),
  );
  report.weights.add(String(undisturbed.weights));
  const clerk = startClerk(() => service);

  /** @returns when what was killed was gone and its successor was started; null when there was nothing to kill */
  async function strike(victim: Victim, job: string): Promise<number | null> {
    if (victim === 'trainer') {
      const pids = service.pidsOf('trainer');
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      return pids.length > 0 ? performance.now() : null;
    }
    await service.end('SIGKILL', victim);
    report.redoneMs.push(workPastCheckpointMs(dataDir, job));
    const startedAt = performance.now();
    service = await startService({ dataDir, env });
    return startedAt;
  }

  /**
   * Kills until the job has ended or enough is killed. Returns the ended job.
   *
   * @throws LostJob
   */
  async function disturb(id: string): Promise<Job> {
    for (let struck = 0; ; ) {
      const job = await waitFor(service, id, () => true);
      if (isEnded(job)) return job;
      if (report.kills >= run.kills) return waitFor(service, id, isEnded);
      await sleep(random.below(maxDelayMs));
      const startedAt = await strike(victims[random.below(victims.length)]!, id);
      if (startedAt === null) continue;
      report.kills++;
      struck++;
      // Beside the job that starts again: it is not to wait for the clerk.
      const looking = clerk.findLost(service);
      const isSecond = struck % 2 === 0;
      // Of the first ones, one in four is followed by the next wherever the start has come to.
      const isFollowed = random.below(4) === 0 && !isSecond;
      if (!isFollowed) {
        const again = await waitFor(service, id, (now) => isEnded(now) || isRunningAgain(now, job));
        if (!isEnded(again)) report.runningAgainMs.push(performance.now() - startedAt);
      }
      report.lost.push(...(await looking));
      if (isFollowed) continue;
      // A third crash without a checkpoint between them would rightly be poison.
      if (isSecond) await newCheckpoint(service, id, job.attempt);
    }
  }

  while (report.kills < run.kills) {
    const id = await submit(service, dataset, config);
    try {
      const job = await disturb(id);
      judge(report, job, await outcomeOf(service, job), undisturbed);
    } catch (error) {
      if (!(error instanceof LostJob)) throw error;
      report.lost.push(`job ${id}`);
    }
    countResumes(report, dataDir, id);
  }

  await clerk.stop();
  report.lost.push(...(await clerk.findLost(service)));
  report.acknowledged = clerk.acknowledged();
  const { code } = await service.end('SIGTERM', 'process');
  if (code !== 0) report.unexpected.push(`the service ended with ${code}`);
  const whole = integrity(dataDir);
  if (whole !== 'ok') report.unexpected.push(`integrity_check: ${whole}`);
  return report;
}

/** Waits for a checkpoint of an attempt after the one given, or the job's end: not one that a dying trainer was about to commit. */
async function newCheckpoint(service: Service, id: string, attempt: number): Promise<void> {
  await waitFor(service, id, (job) => isEnded(job) || (job.state === 'running' && job.attempt > attempt));
  const before = lastCheckpoint(service.dataDir, id);
  await waitFor(service, id, (job) => isEnded(job) || lastCheckpoint(service.dataDir, id) > before);
}

/** Claimed anew since it was last seen: in a loop of early kills that may be an attempt that is dead already, too. */
function isRunningAgain(now: Job, before: Job): boolean {
  return now.state === 'running' && (now.attempt > before.attempt || before.state === 'queued');
}

function judge(report: FaultReport, job: Job, outcome: Outcome, undisturbed: Outcome): void {
  report.weights.add(String(outcome.weights));
  if (isDeepStrictEqual(outcome, undisturbed)) {
    if (job.attempt > 1) report.recovered++;
    else report.ok++;
    return;
  }
  const [{ history, ...rest }, expected] = [outcome, undisturbed.history];
  const differs = history.findIndex((record, i) => !isDeepStrictEqual(record, expected[i]));
  report.unexpected.push(
    `${job.id}: attempt ${job.attempt}, ${JSON.stringify({ ...rest, metrics: undefined, error: job.error })}, ` +
      `${history.length} of ${expected.length} epochs, the first that differs is ${differs + 1}`,
  );
}

function countResumes(report: FaultReport, dataDir: string, job: string): void {
  const events = readStore<{ type: string }>(
    dataDir,
    `SELECT type FROM events WHERE job_id = ? AND type IN ('checkpoint', 'resumed') ORDER BY id`,
    job,
  );
  const first = events.findIndex(({ type }) => type === 'checkpoint');
  for (const [i, { type }] of events.entries()) {
    if (type !== 'resumed') continue;
    if (first >= 0 && i > first) report.fromCheckpoint++;
    else report.fromStart++;
  }
}
