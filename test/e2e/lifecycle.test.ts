/** Starts, stops, refusals and deaths of the real processes. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { History, Job } from '../../src/contracts/job.ts';
import type { Version } from '../../src/contracts/version.ts';
import { call, cleanUp, root, runToEnd, type Service, startService, temporaryFolder } from './service.ts';

afterAll(cleanUp);

/** Steps that take far longer than a test: whoever starts it interrupts it. */
const longConfig = {
  type: 'mlp',
  target: 'species',
  hidden_layers: [{ units: 32, activation: 'tanh' }],
  epochs: 100_000,
};
/** Some 2,500 epochs of a third of a millisecond, so that a kill falls inside it. */
const mediumConfig = {
  ...longConfig,
  hidden_layers: Array.from({ length: 3 }, () => ({ units: 64, activation: 'tanh' })),
  epochs: 2_500,
};

async function uploadIris(service: Service): Promise<string> {
  const answer = await call<{ id: string }>(
    service,
    'POST',
    '/api/v1/datasets',
    readFileSync(join(root, 'examples/iris.csv'), 'utf8'),
  );
  expect(answer.status).toBe(201);
  return answer.body.id;
}

async function startJob(service: Service, config: object): Promise<string> {
  const dataset = await uploadIris(service);
  expect((await call(service, 'PUT', '/api/v1/models/iris', config)).status).toBeLessThan(300);
  const answer = await call<Job>(service, 'POST', '/api/v1/jobs', { model: 'iris', dataset });
  expect(answer.status).toBe(202);
  return answer.body.id;
}

async function waitFor(service: Service, id: string, condition: (job: Job) => boolean): Promise<Job> {
  for (let i = 0; i < 300; i++) {
    const { body } = await call<Job>(service, 'GET', `/api/v1/jobs/${id}`);
    if (condition(body)) return body;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the job did not get there: ${service.output()}`);
}

/** Waits until the service has logged a line with the text. */
async function logged(service: Service, text: string): Promise<void> {
  for (let i = 0; i < 300 && !service.output().includes(text); i++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(service.output()).toContain(text);
}

async function weightsHash(service: Service, version = 1): Promise<string> {
  return (await call<Version>(service, 'GET', `/api/v1/models/iris/versions/${version}`)).body.weights_sha256;
}

describe('a stop', () => {
  it.each(['process', 'group'] as const)(
    'by SIGTERM to the npm %s exits 0 and leaves no process behind',
    async (to) => {
      const service = await startService({ command: ['npm', 'start'], env: { CHECKPOINT_SECONDS: '0.2' } });
      const id = await startJob(service, longConfig);
      await waitFor(service, id, (job) => job.progress.epoch > 10);
      const wait = call(service, 'GET', `/api/v1/jobs/${id}?wait=60`);
      await logged(service, 'wait=60');
      const { code, ms } = await service.end('SIGTERM', to);
      expect(code).toBe(0);
      expect(ms).toBeLessThan(10_000);
      expect(service.pids()).toEqual([]);
      expect((await wait).status).toBe(200);

      // The job was checkpointed and given back: the next service goes on from there, and no crash is counted.
      const again = await startService({ dataDir: service.dataDir });
      const job = await waitFor(
        again,
        id,
        (candidate) => candidate.attempt === 2 && candidate.state === 'running',
      );
      expect(job.progress.epoch).toBeGreaterThan(10);
      expect((await call(again, 'POST', `/api/v1/jobs/${id}/cancel`)).body.state).toBe('cancelled');
      expect((await again.end('SIGINT', 'process')).code).toBe(0);
    },
    60_000,
  );
});

describe('a kill', () => {
  it('of a trainer costs nothing but time: same bits as an undisturbed run', async () => {
    const service = await startService({ env: { CHECKPOINT_SECONDS: '0.1' } });
    const first = await startJob(service, mediumConfig);
    await waitFor(service, first, (job) => job.state === 'succeeded');
    const second = await startJob(service, mediumConfig);
    await waitFor(service, second, (job) => job.progress.epoch > 100);
    for (const pid of service.pidsOf('trainer')) process.kill(pid, 'SIGKILL');
    const job = await waitFor(service, second, (candidate) => candidate.state === 'succeeded');
    expect(job.attempt).toBe(2);
    expect(await weightsHash(service, 2)).toBe(await weightsHash(service, 1));
    const history = (await call<History>(service, 'GET', `/api/v1/jobs/${second}/history`)).body.epochs;
    expect(history.map(({ epoch }) => epoch)).toEqual(history.map((_, i) => i + 1));
    const seenIn = async (id: string) =>
      (await call(service, 'GET', `/api/v1/jobs/${id}/diagnostics`)).body as { layers: unknown[] };
    const seen = await seenIn(second);
    expect(seen.layers.length).toBeGreaterThan(1);
    expect(seen).toEqual(await seenIn(first));
    await service.end('SIGTERM', 'process');
  }, 60_000);

  it('of the whole tree loses nothing: the job ends, and an earlier model predicts the same bytes', async () => {
    const service = await startService();
    const first = await startJob(service, mediumConfig);
    await waitFor(service, first, (job) => job.state === 'succeeded');
    const rows = [{ sepal_length: 5.9, sepal_width: 3, petal_length: 4.2, petal_width: 1.5 }];
    const predict = (target: Service) =>
      call(target, 'POST', '/api/v1/models/iris/versions/1/predict', { rows });
    const before = await predict(service);
    const second = await startJob(service, mediumConfig);
    await waitFor(service, second, (job) => job.progress.epoch > 50);
    await service.end('SIGKILL', 'tree');

    const again = await startService({ dataDir: service.dataDir });
    expect((await predict(again)).text).toBe(before.text);
    await waitFor(again, second, (job) => job.state === 'succeeded');
    expect(await weightsHash(again, 2)).toBe(await weightsHash(again, 1));
    await again.end('SIGTERM', 'process');
  }, 60_000);

  it('of the API alone takes the children with it', async () => {
    const service = await startService();
    expect(service.pidsOf('data')).toHaveLength(1);
    expect(service.pidsOf('trainer')).toHaveLength(1);
    await service.end('SIGKILL', 'process');
    for (let i = 0; i < 100 && service.pids().length > 0; i++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(service.pids()).toEqual([]);
  }, 30_000);

  it('of the data process is answered by the next one', async () => {
    const service = await startService();
    for (const pid of service.pidsOf('data')) process.kill(pid, 'SIGKILL');
    let status = 0;
    for (let i = 0; i < 100 && status !== 201; i++) {
      const answer = await call(service, 'POST', '/api/v1/datasets', 'x,y\n1,2\n3,4\n');
      status = answer.status;
      expect([201, 503]).toContain(status);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(status).toBe(201);
    await service.end('SIGTERM', 'process');
  }, 30_000);
});

// Kernels without sessions' weights have no such file.
it.skipIf(!existsSync('/proc/self/autogroup'))(
  'trainers weigh less than the API and its data process',
  async () => {
    const service = await startService({ env: { TRAINER_CONCURRENCY: '2' } });
    const weights = (pids: number[]) =>
      pids.map((pid) => readFileSync(`/proc/${pid}/autogroup`, 'utf8').replace(/^\S+ /, '').trim());
    await expect
      .poll(() => weights(service.pidsOf('trainer')), { timeout: 5_000 })
      .toEqual(['nice 10', 'nice 10']);
    expect(weights([service.process.pid!, ...service.pidsOf('data')])).toEqual(['nice 0', 'nice 0']);
    await service.end('SIGTERM', 'process');
    expect(service.pids()).toEqual([]);
  },
  30_000,
);

describe('a start is refused', () => {
  it('on a folder that another service owns, which goes on', async () => {
    const service = await startService();
    const second = await runToEnd({ dataDir: service.dataDir });
    expect(second.code).toBe(1);
    expect(second.output).toContain('cannot start');
    expect((await call(service, 'GET', '/livez')).status).toBe(200);
    await service.end('SIGTERM', 'process');
  }, 30_000);

  it('on a database that is not ours, which stays as it was', async () => {
    const dataDir = temporaryFolder();
    const file = join(dataDir, 'trainyard.db');
    writeFileSync(file, 'somebody else wrote this');
    const { code, output } = await runToEnd({ dataDir });
    expect(code).toBe(1);
    expect(output).toContain('trainyard.db');
    expect(readFileSync(file, 'utf8')).toBe('somebody else wrote this');
  });

  it('with every bad setting named', async () => {
    const { code, output } = await runToEnd({ env: { PORT: 'eighty', LOG_LEVEL: 'loud', HOST: '0.0.0.0' } });
    expect(code).toBe(1);
    expect(output).toContain('PORT: ');
    expect(output).toContain('LOG_LEVEL: ');
  });

  it('on a port that is taken', async () => {
    const service = await startService();
    const { code, output } = await runToEnd({ env: { PORT: new URL(service.url).port } });
    expect(code).toBe(1);
    expect(output).toContain('EADDRINUSE');
    await service.end('SIGTERM', 'process');
  }, 30_000);

  it('by an older Node, in one sentence', async () => {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '20.20.2' }); import(${JSON.stringify(join(root, 'bin/trainyard.js'))});`;
    const { code, output } = await runToEnd({ command: [process.execPath, '-e', pretend] });
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).toContain('needs Node 22.18 or newer and this is 20.20.2');
  });
});
