/** Trainers that hang, jobs that kill or fill their process, a checkpoint that rots: the job gets its due, and the API is up throughout. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, cleanUp, type Service, startService } from '../e2e/service.ts';
import { families } from './fault-families.ts';
import { epochsFor, find, isEnded, type Outcome, outcomeOf, prepare, submit, waitFor } from './jobs.ts';
import { plantedBug } from './planted-environment.ts';
import { isWriteLocked, readStore } from './store-reader.ts';

afterAll(cleanUp);

const family = families['mlp: adam, dropout']!;
const env = { CHECKPOINT_SECONDS: '0.1' };
let service: Service;
let dataset: string;
/** Answers of /readyz other than 200, looked at ten times a second. */
let outages: string[];
let watching: NodeJS.Timeout;

async function start(more: Record<string, string> = {}): Promise<void> {
  service = await startService({ env: { ...env, ...more } });
  watching = setInterval(async () => {
    const status = await call(service, 'GET', '/readyz').then(
      (answer) => answer.status,
      (error: Error) => error.message,
    );
    if (status !== 200) outages.push(String(status));
  }, 100);
  dataset = await prepare(service, family);
}

async function stop(): Promise<void> {
  clearInterval(watching);
  await sleep(200);
  await service.end('SIGTERM', 'process');
}

beforeEach(() => {
  outages = [];
});

afterEach(async () => {
  await stop();
  expect(outages).toEqual([]);
});

const endOf = async (config: object) => waitFor(service, await submit(service, dataset, config), isEnded);

describe('a trainer that is stopped for good', () => {
  let undisturbed: Outcome;
  let id: string;
  beforeEach(async () => {
    await start();
    const config = family.config(await epochsFor(service, dataset, family, 4));
    undisturbed = await outcomeOf(service, await endOf(config));
    id = await submit(service, dataset, config);
    await waitFor(service, id, ({ progress }) => progress.fraction > 0.3);
  });

  it.each([
    ['between two commits', false],
    ['inside a commit, with the write lock of the store', true],
  ])('%s is killed when its lease has run out, and its job goes on to the same bits', async (_, inside) => {
    const [pid] = service.pidsOf('trainer');
    for (;;) {
      process.kill(pid!, 'SIGSTOP');
      await sleep(10);
      if (isWriteLocked(service.dataDir) === inside) break;
      process.kill(pid!, 'SIGCONT');
      await sleep(1 + Math.random() * 3);
    }
    const job = await waitFor(service, id, isEnded);
    expect(job.attempt).toBe(2);
    expect(await outcomeOf(service, job)).toEqual(undisturbed);
    expect(service.pidsOf('trainer')).not.toContain(pid);
  });
});

it('a thread that hangs is given up with its process, and its job goes on to the same bits', async () => {
  await start(plantedBug('thread hangs'));
  // Seed 666 hangs in its first attempt; nothing of a config but the seed tells it from its neighbour.
  const config = { ...family.config(30), seed: 666 };
  const job = await endOf(config);
  expect(job).toMatchObject({ state: 'succeeded', attempt: 2 });
  const { weights } = await outcomeOf(service, job);
  await stop();
  await start();
  expect((await outcomeOf(service, await endOf(config))).weights).toBe(weights);
});

it('a job that kills its trainer is poison at the third time; the others finish', async () => {
  // Without a checkpoint before its end: each would give it three more tries.
  await start({ ...plantedBug('job is poison'), CHECKPOINT_SECONDS: '60' });
  const poison = await submit(service, dataset, { ...family.config(10_000), seed: 666 });
  const other = await submit(service, dataset, family.config(20));
  expect(await waitFor(service, poison, isEnded)).toMatchObject({
    state: 'failed',
    stop_reason: 'poison',
    attempt: 3,
    error: { code: 'poison' },
  });
  expect(await waitFor(service, other, isEnded)).toMatchObject({ state: 'succeeded', attempt: 1 });
});

it('a job that outgrows its memory fails with a code that says so; the next finishes', async () => {
  await start({ ...plantedBug('memory leaks'), JOB_MEMORY_MB: '64' });
  const greedy = await submit(service, dataset, { ...family.config(10_000), seed: 666 });
  const other = await submit(service, dataset, family.config(20));
  expect(await waitFor(service, greedy, isEnded)).toMatchObject({
    state: 'failed',
    attempt: 1,
    error: { code: 'memory_exceeded' },
  });
  expect(await waitFor(service, other, isEnded)).toMatchObject({ state: 'succeeded', attempt: 1 });
});

it('a checkpoint that rots on the disk is passed over with a warning, to the same bits', async () => {
  await start();
  const config = family.config(await epochsFor(service, dataset, family, 4));
  const undisturbed = await outcomeOf(service, await endOf(config));
  const id = await submit(service, dataset, config);
  await waitFor(service, id, ({ progress }) => progress.fraction > 0.3);
  for (const pid of service.pidsOf('trainer')) process.kill(pid, 'SIGSTOP');
  await sleep(50);
  const database = new Database(join(service.dataDir, 'trainyard.db'));
  database
    .prepare(
      'UPDATE checkpoints SET data = zeroblob(length(data)) WHERE id = (SELECT max(id) FROM checkpoints WHERE job_id = ?)',
    )
    .run(id);
  database.close();
  for (const pid of service.pidsOf('trainer')) process.kill(pid, 'SIGKILL');
  const job = await waitFor(service, id, isEnded);
  expect(job.warnings).toMatchObject([{ code: 'checkpoint_unusable' }]);
  expect(await outcomeOf(service, job)).toEqual(undisturbed);
  const types = readStore<{ type: string }>(service.dataDir, 'SELECT type FROM events WHERE job_id = ?', id);
  expect(types.map(({ type }) => type)).toContain('warning');
  expect(await find(service, id)).not.toBeNull();
});
