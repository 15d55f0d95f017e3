/** The main job as the README tells it: two commands, five curls, a restart, and everything is still there. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import { call, cleanUp, root, type Service, startService, temporaryFolder } from './service.ts';

const run = promisify(execFile);
afterAll(cleanUp);

const flower = { sepal_length: 6.7, sepal_width: 3, petal_length: 5.2, petal_width: 2.3 };

async function predict(service: Service): Promise<string> {
  const client = createClient({ baseUrl: service.url });
  return JSON.stringify(await client.predict({ model: 'iris', body: { rows: [flower] } }));
}

describe('the quickstart', () => {
  it('trains iris to 0.95 by the five curls, and a restarted service predicts the same bytes', async () => {
    const dataDir = temporaryFolder();
    const service = await startService({ dataDir, command: ['npm', 'start'] });
    const { stdout } = await run('bash', [join(root, 'examples/quickstart.sh')], {
      env: { ...process.env, TRAINYARD_URL: service.url },
      timeout: 60_000,
    });
    const answers = stdout.split('\n').filter((line) => line.startsWith('{'));
    const [dataset, model, job, history, prediction] = answers.map((line) => JSON.parse(line));
    expect(dataset).toMatchObject({ name: 'iris', rows: 150, warnings: [] });
    expect(model).toMatchObject({ name: 'iris', latest_version: null });
    expect(job).toMatchObject({ state: 'succeeded', stop_reason: 'max_epochs', version: 1, error: null });
    expect(job.metrics.train.accuracy).toBeGreaterThanOrEqual(0.95);
    expect(job.metrics.validation.accuracy).toBeGreaterThanOrEqual(0.9);
    expect(history.epochs).toHaveLength(5);
    expect(history.epochs.at(-1).loss).toBeLessThan(history.epochs[0].loss / 3);
    expect(prediction.predictions.map((p: { label: string }) => p.label)).toEqual(['setosa', 'virginica']);

    const before = await predict(service);
    expect((await service.end('SIGTERM', 'process')).code).toBe(0);
    const again = await startService({ dataDir });
    expect(await predict(again)).toBe(before);
    expect((await call(again, 'GET', `/api/v1/jobs/${job.id}`)).body).toEqual(job);
    expect((await call(again, 'GET', `/api/v1/datasets/${dataset.id}`)).body).toEqual(dataset);
    await again.end('SIGTERM', 'process');
  }, 60_000);
});
