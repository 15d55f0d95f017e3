/** Kills whatever runs at seeded moments, many times: each job still ends with the bits of an undisturbed run, and nothing is lost. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import type { History, Job } from '../../src/contracts/job.ts';
import type { Version } from '../../src/contracts/version.ts';
import { createRandom } from '../../src/math/random.ts';
import { call, cleanUp, root, type Service, startService, temporaryFolder } from '../e2e/service.ts';

afterAll(cleanUp);

/** Each takes about two seconds on the plain kernels, with checkpoints every 100 ms. */
const families = {
  'network with adam': {
    type: 'mlp',
    target: 'species',
    hidden_layers: [{ units: 32, activation: 'tanh' }],
    epochs: 2_000,
  },
  'network with momentum': {
    type: 'mlp',
    target: 'species',
    hidden_layers: [{ units: 32, activation: 'relu' }],
    optimizer: { type: 'momentum', learning_rate: 0.01 },
    epochs: 2_000,
  },
  'softmax regression by gradient descent': {
    type: 'logistic_regression',
    target: 'species',
    solver: { type: 'gradient_descent', learning_rate: 0.1, max_iterations: 60_000, tolerance: 0 },
  },
  perceptron: { type: 'perceptron', target: 'species', epochs: 60_000 },
};
const rounds = 6;
const env = { CHECKPOINT_SECONDS: '0.1', LOG_LEVEL: 'info' };
const victims = ['trainer', 'data', 'service', 'tree'] as const;

/** @returns the dataset's id */
async function prepare(service: Service, config: object): Promise<string> {
  const csv = readFileSync(join(root, 'examples/iris.csv'), 'utf8');
  const dataset = await call<{ id: string }>(service, 'POST', '/api/v1/datasets', csv);
  expect(dataset.status).toBe(201);
  expect((await call(service, 'PUT', '/api/v1/models/m', config)).status).toBe(201);
  return dataset.body.id;
}

async function submit(service: Service, dataset: string): Promise<string> {
  const job = await call<Job>(service, 'POST', '/api/v1/jobs', { model: 'm', dataset });
  expect(job.status).toBe(202);
  return job.body.id;
}

async function get(service: Service, id: string): Promise<Job> {
  const { status, body } = await call<Job>(service, 'GET', `/api/v1/jobs/${id}`);
  expect(status, `job ${id} is lost`).toBe(200);
  return body;
}

async function waitForEnd(service: Service, id: string): Promise<Job> {
  for (let i = 0; i < 600; i++) {
    const job = await get(service, id);
    if (['succeeded', 'failed', 'cancelled'].includes(job.state)) return job;
    await sleep(100);
  }
  throw new Error(`the job did not end:\n${service.output()}`);
}

async function results(service: Service, job: Job) {
  expect(job).toMatchObject({ state: 'succeeded', error: null });
  const version = await call<Version>(service, 'GET', `/api/v1/models/m/versions/${job.version}`);
  const history = await call<History>(service, 'GET', `/api/v1/jobs/${job.id}/history`);
  const epochs = history.body.epochs.map(({ seconds: _, ...record }) => record);
  return { weights: version.body.weights_sha256, metrics: job.metrics, epochs };
}

/** Kills one victim and returns the service that then runs. */
async function strike(service: Service, victim: (typeof victims)[number]): Promise<Service> {
  if (victim === 'trainer' || victim === 'data') {
    for (const pid of service.pidsOf(victim)) process.kill(pid, 'SIGKILL');
    return service;
  }
  await service.end('SIGKILL', victim === 'tree' ? 'group' : 'process');
  // Children of a killed API leave when their channel closes; the folder's lock is free as soon as the API is gone.
  return startService({ dataDir: service.dataDir, env });
}

describe.each(Object.entries(families))('%s', (family, config) => {
  it(`ends with the same bits after ${rounds} seeded rounds of kills`, async () => {
    const random = createRandom(2026, Object.keys(families).indexOf(family));
    let service = await startService({ dataDir: temporaryFolder(), env });
    const dataset = await prepare(service, config);
    const undisturbed = await results(service, await waitForEnd(service, await submit(service, dataset)));
    let recovered = 0;
    for (let round = 0; round < rounds; round++) {
      const id = await submit(service, dataset);
      // Two kills with a checkpoint's time between them: three without one would rightly be poison.
      for (let kill = 0; kill < 2; kill++) {
        await sleep(300 + random.below(500));
        service = await strike(service, victims[random.below(victims.length)]);
      }
      const job = await waitForEnd(service, id);
      expect(await results(service, job)).toEqual(undisturbed);
      if (job.attempt > 1) recovered++;
    }
    // A kill that comes too late, or hits the data process, disturbs no training.
    expect(recovered).toBeGreaterThan(rounds / 2);
    expect((await service.end('SIGTERM', 'process')).code).toBe(0);
    const database = new Database(join(service.dataDir, 'trainyard.db'), { readonly: true });
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    database.close();
  });
});
