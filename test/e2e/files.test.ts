/** Files in and out of the real processes: bytes over the real channel, and a data process that dies in the middle of one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/contracts/dataset.ts';
import type { Job } from '../../src/contracts/job.ts';
import { call, cleanUp, root, type Service, startService } from './service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(cleanUp);

const csv = readFileSync(join(root, 'examples/iris.csv'), 'utf8');

async function upload(text: string): Promise<Dataset> {
  const { status, body, text: answer } = await call<Dataset>(service, 'POST', '/api/v1/datasets', text);
  expect(status, answer).toBe(201);
  return body;
}

describe('a dataset', () => {
  it('comes back as the table that it was', async () => {
    const { id, sha256 } = await upload(csv);
    const answer = await fetch(`${service.url}/api/v1/datasets/${id}/export?format=csv`);
    expect((await upload(await answer.text())).sha256).toBe(sha256);
  });

  it('whose download the death of the data process breaks off is seen to be cut, and downloads again', async () => {
    const text = `a,b\n${`${'x'.repeat(500)},1\n`.repeat(30_000)}`;
    const { id } = await upload(text);
    const url = `${service.url}/api/v1/datasets/${id}/export?format=csv`;
    const answer = await fetch(url);
    const reader = answer.body!.getReader();
    await reader.read();
    const [pid] = service.pidsOf('data');
    process.kill(pid!, 'SIGKILL');
    const readRest = async () => {
      while (!(await reader.read()).done);
    };
    await expect(readRest()).rejects.toThrow('terminated');

    // Restarted with a backoff; until then the answer is 503.
    let again = await fetch(url);
    for (let i = 0; i < 100 && again.status === 503; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      again = await fetch(url);
    }
    expect((await again.text()) === text).toBe(true);
  });
});

describe('a model', () => {
  it('moves to another by its file, and predicts the same', async () => {
    const { id } = await upload(csv);
    for (const name of ['iris', 'copy'])
      await call(service, 'PUT', `/api/v1/models/${name}`, {
        type: 'logistic_regression',
        target: 'species',
      });
    const job = await call<Job>(service, 'POST', '/api/v1/jobs', { model: 'iris', dataset: id });
    const ended = await call<Job>(service, 'GET', `/api/v1/jobs/${job.body.id}?wait=30`);
    expect(ended.body.state).toBe('succeeded');

    const file = await fetch(`${service.url}/api/v1/models/iris/versions/1/export?format=safetensors`);
    const made = await fetch(`${service.url}/api/v1/models/copy/import`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: await file.arrayBuffer(),
    });
    expect(made.status).toBe(201);
    const rows = [{ sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 }];
    const predictions = await Promise.all(
      ['iris', 'copy'].map((name) => call(service, 'POST', `/api/v1/models/${name}/predict`, { rows })),
    );
    expect(predictions[1]!.body.predictions).toEqual(predictions[0]!.body.predictions);
  });
});
