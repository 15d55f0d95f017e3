/** `verify`: a version is trained again, and the weights are equal to the bit. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from './service.ts';

let service: TestService;
let dataset: string;
const base = '/api/v1/models';

beforeAll(async () => {
  service = await startService();
  const rows = Array.from({ length: 60 }, (_, i) => ({
    x: (i * 17) % 23,
    side: i % 3 ? 'a' : 'b',
    y: (i * 7) % 13,
  }));
  const made = await service.call('POST', '/api/v1/datasets', { json: { rows } });
  dataset = made.json.id;
});
afterAll(() => service.close());

async function train(name: string, config: object): Promise<void> {
  const put = await service.call('PUT', `${base}/${name}`, { json: { target: 'y', ...config } });
  expect(put.status, put.text).toBe(201);
  const job = await service.call('POST', '/api/v1/jobs', { json: { model: name, dataset } });
  expect(job.status, job.text).toBe(202);
  await service.trainNext();
}

async function verify(name: string) {
  const submitted = await service.call('POST', `${base}/${name}/versions/1/verify`);
  expect(submitted.status, submitted.text).toBe(202);
  expect(submitted.headers.location).toBe(`/api/v1/jobs/${submitted.json.id}`);
  expect(submitted.json).toMatchObject({ kind: 'verify', model: name, state: 'queued', verification: null });
  await service.trainNext();
  const { json } = await service.call('GET', submitted.headers.location!);
  expect(json).toMatchObject({ state: 'succeeded', version: 1 });
  return json.verification;
}

function setVersion(name: string, sql: string): void {
  const database = new Database(join(service.dataDir, 'trainyard.db'));
  database
    .prepare(`UPDATE versions SET ${sql} WHERE model_id = (SELECT id FROM models WHERE name = ?)`)
    .run(name);
  database.close();
}

describe('verify', () => {
  it.each<[string, object]>([
    ['line', { type: 'linear_regression' }],
    [
      'net',
      {
        type: 'mlp',
        task: 'regression',
        hidden_layers: [{ units: 8, activation: 'tanh', dropout: 0.2 }],
        epochs: 5,
        seed: 42,
      },
    ],
  ])('finds the weights of %s equal, and leaves the model as it was', async (name, config) => {
    await train(name, config);
    const { json: version } = await service.call('GET', `${base}/${name}/versions/1`);
    const verification = await verify(name);
    expect(verification).toMatchObject({ result: 'equal', weights_sha256: version.weights_sha256 });
    expect(verification.engine).toBe(version.engine);
    expect((await service.call('GET', `${base}/${name}`)).json.latest_version).toBe(1);
  });

  it('says different for other weights, and not_comparable for those of another engine', async () => {
    await train('other', { type: 'linear_regression' });
    setVersion('other', `weights_sha256 = '${'0'.repeat(64)}'`);
    expect(await verify('other')).toMatchObject({ result: 'different' });
    setVersion('other', `engine = 'openblas/1'`);
    expect(await verify('other')).toMatchObject({ result: 'not_comparable', expected_engine: 'openblas/1' });
  });

  it('is refused for what cannot be trained again', async () => {
    const post = async (path: string) => (await service.call('POST', `${base}/${path}/verify`)).json.code;
    expect(await post('nowhere/versions/1')).toBe('model_not_found');
    expect(await post('line/versions/7')).toBe('version_not_found');
    expect((await service.call('DELETE', `/api/v1/datasets/${dataset}`)).status).toBe(204);
    expect(await post('line/versions/1')).toBe('dataset_not_found');
  });
});
