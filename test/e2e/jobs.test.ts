/** Jobs in the real processes: how many at once and which first, how soon a client is obeyed, and what a kill -9 leaves of a promise. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../../src/contracts/job.ts';
import { type EventSource, follow } from '../api/event-source.ts';
import { call, cleanUp, root, type Service, startService, temporaryFolder } from './service.ts';

afterAll(cleanUp);

/** Several starts of all processes, on a machine that runs other tests too. */
const timeoutMs = 90_000;

/** Longer than any test waits. */
const endless = {
  type: 'mlp',
  target: 'species',
  hidden_layers: [{ units: 32, activation: 'tanh' }],
  epochs: 1_000_000,
};
/** A second and more: each epoch's commit takes longer than the epoch. */
const medium = { ...endless, epochs: 25_000 };

let dataset: string;

async function prepare(service: Service): Promise<void> {
  const csv = readFileSync(join(root, 'examples/iris.csv'), 'utf8');
  dataset = (await call<{ id: string }>(service, 'POST', '/api/v1/datasets', csv)).body.id;
  await call(service, 'PUT', '/api/v1/models/iris', endless);
}

async function submit(service: Service, more: object = {}, headers = {}): Promise<Job> {
  const request = { model: 'iris', dataset, ...more };
  const { status, body } = await call<Job>(service, 'POST', '/api/v1/jobs', request, headers);
  expect(status).toBe(202);
  return body;
}

const jobOf = async (service: Service, id: string) =>
  (await call<Job>(service, 'GET', `/api/v1/jobs/${id}`)).body;

async function waitFor(service: Service, id: string, condition: (job: Job) => boolean): Promise<Job> {
  for (const startedAt = performance.now(); performance.now() - startedAt < 15_000; await sleep(10)) {
    const job = await jobOf(service, id);
    if (condition(job)) return job;
  }
  throw new Error(`the job did not get there: ${JSON.stringify(await jobOf(service, id))}`);
}

const isRunning = ({ state, progress }: Job) => state === 'running' && progress.epoch > 0;

describe('two trainers', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ env: { TRAINER_CONCURRENCY: '2' } });
    await prepare(service);
  });

  it('train two jobs at once; a cancel, and a pause, free one within a second for the next, the most urgent first', async () => {
    const [first, second] = [await submit(service), await submit(service)];
    await waitFor(service, first.id, isRunning);
    await waitFor(service, second.id, isRunning);
    const later = await submit(service);
    const urgent = await submit(service, { priority: 5 });
    await sleep(300);
    expect(
      [await jobOf(service, later.id), await jobOf(service, urgent.id)].map(({ state }) => state),
    ).toEqual(['queued', 'queued']);

    const obeyed = async (action: string, id: string, next: string): Promise<number[]> => {
      const askedAt = performance.now();
      const { status } = await call(service, 'POST', `/api/v1/jobs/${id}/${action}`);
      const answeredMs = performance.now() - askedAt;
      expect(status).toBe(202);
      await waitFor(service, next, ({ state }) => state === 'running');
      return [answeredMs, performance.now() - askedAt];
    };
    const times = [await obeyed('cancel', first.id, urgent.id), await obeyed('pause', second.id, later.id)];
    expect((await jobOf(service, second.id)).state).toBe('paused');
    // 100 ms and a second, on a machine that runs other tests too.
    for (const [answeredMs, freeMs] of times) {
      expect(answeredMs).toBeLessThan(300);
      expect(freeMs).toBeLessThan(1_500);
    }
    for (const { id } of [second, later, urgent]) await call(service, 'POST', `/api/v1/jobs/${id}/cancel`);
  });

  it('end a stream with the time after which to come back, when they are stopped', async () => {
    const { id } = await submit(service);
    const source = await follow(portOf(service), `/api/v1/jobs/${id}/events`);
    await expect.poll(() => source.heard.length, { timeout: 15_000 }).toBeGreaterThan(3);
    await service.end('SIGTERM', 'process');
    expect(await source.ended).toBe(true);
    expect(source.retry()).toBeGreaterThanOrEqual(1_000);
  });
});

const portOf = ({ url }: Service) => Number(new URL(url).port);

it(
  'a kill -9 right after the answer: the same request finds its job, which ends; a stream goes on where it was',
  async () => {
    const dataDir = temporaryFolder();
    const env = { CHECKPOINT_SECONDS: '0.1' };
    let service = await startService({ dataDir, env });
    await prepare(service);
    const key = { 'idempotency-key': 'once' };
    const request = { config: medium };
    const first = await submit(service, request, key);
    const events = `/api/v1/jobs/${first.id}/events`;
    const ids: number[] = [];
    const keep = (source: EventSource) => ids.push(...source.heard.map(({ id }) => id));
    for (let kill = 0; kill < 2; kill++) {
      const source = await follow(portOf(service), events, { 'last-event-id': String(ids.at(-1) ?? 0) });
      if (kill > 0) await expect.poll(() => source.heard.length, { timeout: 15_000 }).toBeGreaterThan(5);
      await service.end('SIGKILL', 'tree');
      await source.ended;
      keep(source);
      service = await startService({ dataDir, env });
      expect(await submit(service, request, key)).toEqual(first);
    }
    const source = await follow(portOf(service), events, { 'last-event-id': String(ids.at(-1) ?? 0) });
    expect(await source.ended).toBe(true);
    keep(source);
    expect(ids).toEqual(ids.map((_, i) => i + 1));
    expect(source.heard.at(-1)!.type).toBe('succeeded');
    const { items } = (await call<{ items: Job[] }>(service, 'GET', '/api/v1/jobs')).body;
    expect(items.map(({ id, state }) => [id, state])).toEqual([[first.id, 'succeeded']]);
    await service.end('SIGTERM', 'process');
  },
  timeoutMs,
);

it(
  'what has outlived its use is deleted as the settings say',
  async () => {
    const dataDir = temporaryFolder();
    let service = await startService({ dataDir });
    await prepare(service);
    const { id } = await submit(service, { config: { ...medium, epochs: 3 } });
    await waitFor(service, id, ({ state }) => state === 'succeeded');
    await service.end('SIGTERM', 'process');
    const types = async () =>
      (await call<{ items: { type: string }[] }>(service, 'GET', `/api/v1/jobs/${id}/events`)).body.items.map(
        ({ type }) => type,
      );
    service = await startService({ dataDir, env: { EVENT_RETENTION_DAYS: '0.000001' } });
    await expect.poll(types, { timeout: 15_000 }).toEqual(['queued', 'started', 'succeeded']);
    expect((await jobOf(service, id)).progress.epoch).toBe(3);
    await service.end('SIGTERM', 'process');

    service = await startService({ dataDir, env: { JOB_RETENTION_DAYS: '0.000001' } });
    const statusOf = async (path: string) => (await call(service, 'GET', `/api/v1/${path}`)).status;
    await expect.poll(() => statusOf(`jobs/${id}`), { timeout: 15_000 }).toBe(404);
    expect(await statusOf('models/iris/versions/1')).toBe(200);
    await service.end('SIGTERM', 'process');
  },
  timeoutMs,
);
