/** Versions and their aliases over HTTP: switched, deleted and damaged while predictions are asked for. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sent, startService, type TestService } from './service.ts';

let service: TestService;
const model = '/api/v1/models/line';

/** Predicts y = slope · x at x = 1: which version answers shows in the number. */
async function trainSlope(name: string, slope: number): Promise<void> {
  const rows = [1, 2, 3, 4].map((x) => ({ x, y: slope * x }));
  const { json } = await service.call('POST', '/api/v1/datasets', { json: { rows } });
  await service.call('PUT', `/api/v1/models/${name}`, { json: { type: 'linear_regression', target: 'y' } });
  const job = await service.call('POST', '/api/v1/jobs', { json: { model: name, dataset: json.id } });
  expect(job.status, job.text).toBe(202);
  await service.trainNext();
}

const call = (method: string, path: string, sent?: Sent) => service.call(method, `${model}${path}`, sent);
const predict = (path = '', rows: unknown[] = [{ x: 1 }]) =>
  call('POST', `${path}/predict`, { json: { rows } });
const point = (version: number, headers: Record<string, string> = {}) =>
  call('PUT', '/aliases/live', { json: { version }, headers });

beforeAll(async () => {
  service = await startService({ limits: { predictSliceMs: 0 } });
  for (const slope of [1, 2, 3]) await trainSlope('line', slope);
});
afterAll(() => service.close());

describe('aliases', () => {
  it('are created, switched, shown with an ETag and by their model, and predicted by', async () => {
    expect((await predict('/aliases/live')).json).toMatchObject({ status: 404, code: 'alias_not_found' });
    const made = await point(1);
    expect(made.status, made.text).toBe(201);
    expect(made.headers).toMatchObject({ location: `${model}/aliases/live`, etag: '"1"' });
    expect((await predict('/aliases/live')).json).toMatchObject({ version: 1 });
    const switched = await point(2);
    expect([switched.status, switched.headers.etag]).toEqual([200, '"2"']);
    expect((await predict('/aliases/live')).json).toMatchObject({ version: 2 });
    const shown = await call('GET', '/aliases/live');
    expect([shown.json, shown.headers.etag]).toEqual([switched.json, '"2"']);
    expect((await call('GET', '')).json.aliases).toEqual({ live: 2 });
  });

  it('change only where If-Match names the version that they point to', async () => {
    await point(2);
    const refused = await point(3, { 'if-match': '"1"' });
    expect(refused.json).toMatchObject({ status: 412, code: 'precondition_failed' });
    expect(refused.headers.etag).toBe('"2"');
    expect(refused.json.detail).toContain('points to version 2');
    expect((await call('GET', '/aliases/live')).json.version).toBe(2);
    expect((await point(3, { 'if-match': '"1", "2"' })).status).toBe(200);
    expect((await point(1, { 'if-match': '*' })).status).toBe(200);
    const absent = await call('PUT', '/aliases/new', { json: { version: 1 }, headers: { 'if-match': '*' } });
    expect(absent.json.code).toBe('precondition_failed');
    expect((await call('DELETE', '/aliases/live', { headers: { 'if-match': '"9"' } })).status).toBe(412);
    expect((await call('DELETE', '/aliases/live', { headers: { 'if-match': '"1"' } })).status).toBe(204);
    expect((await call('DELETE', '/aliases/live')).json.code).toBe('alias_not_found');
  });

  it('are refused with the field: no such version, no such model, a tag without quotes, a bad name', async () => {
    expect((await point(9)).json).toMatchObject({
      status: 422,
      code: 'unknown_reference',
      errors: [{ pointer: '/version' }],
    });
    const elsewhere = await service.call('PUT', '/api/v1/models/nowhere/aliases/a', { json: { version: 1 } });
    expect(elsewhere.json.code).toBe('model_not_found');
    expect((await point(1, { 'if-match': '1' })).json).toMatchObject({
      status: 422,
      errors: [{ pointer: 'if-match' }],
    });
    expect((await call('PUT', '/aliases/A', { json: { version: 1 } })).status).toBe(422);
    expect((await call('GET', '/aliases/A')).json.code).toBe('alias_not_found');
  });

  it('switch atomically under fire: each answer is of one version, and never older than the last switch', async () => {
    await point(1);
    let acknowledged = 1;
    let isDone = false;
    const clients = [1, 2, 3].map(async () => {
      let answers = 0;
      while (!isDone) {
        const atLeast = acknowledged;
        const { json } = await predict('/aliases/live', Array(200).fill({ x: 1 }));
        expect(json.version).toBeGreaterThanOrEqual(atLeast);
        for (const { value } of json.predictions) expect(value).toBeCloseTo(json.version, 9);
        answers++;
      }
      return answers;
    });
    for (const version of [2, 3]) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      await point(version, { 'if-match': `"${version - 1}"` });
      acknowledged = version;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    isDone = true;
    for (const answers of await Promise.all(clients)) expect(answers).toBeGreaterThan(1);
  });
});

describe('DELETE of a version', () => {
  it('is refused while an alias points to it, and once gone the version before is the latest', async () => {
    await trainSlope('line', 4);
    await point(4);
    expect((await call('DELETE', '/versions/4')).json).toMatchObject({
      status: 409,
      code: 'version_aliased',
    });
    await point(3);
    expect((await call('DELETE', '/versions/4')).status).toBe(204);
    expect((await call('DELETE', '/versions/4')).json.code).toBe('version_not_found');
    expect((await predict('/versions/4')).json.code).toBe('version_not_found');
    expect((await predict()).json).toMatchObject({ version: 3 });
    await trainSlope('line', 5);
    expect((await call('GET', '')).json.latest_version).toBe(5);
  });

  it('leaves a request that is under way with its version', async () => {
    await trainSlope('gone', 7);
    const path = '/api/v1/models/gone';
    const rows = Array(20_000).fill({ x: 1 });
    const long = service.call('POST', `${path}/predict`, { json: { rows } });
    let isDone = false;
    void long.finally(() => (isDone = true));
    // A short request that is answered while the long one still runs: it has begun by then.
    await service.call('POST', `${path}/predict`, { json: { rows: [{ x: 1 }] } });
    expect(isDone).toBe(false);
    expect((await service.call('DELETE', path)).status).toBe(204);
    const { status, json } = await long;
    expect(status).toBe(200);
    expect(json.predictions).toHaveLength(rows.length);
    for (const { value } of json.predictions) expect(value).toBeCloseTo(7, 9);
    const after = await service.call('POST', `${path}/predict`, { json: { rows: [{ x: 1 }] } });
    expect(after.json.code).toBe('model_not_found');
  });
});

describe('a damaged version', () => {
  async function damage(name: string, sql: string): Promise<void> {
    await trainSlope(name, 1);
    const database = new Database(join(service.dataDir, 'trainyard.db'));
    const { id } = database
      .prepare<[string], { id: number }>('SELECT id FROM models WHERE name = ?')
      .get(name)!;
    expect(database.prepare(`UPDATE versions SET ${sql} WHERE model_id = ?`).run(id).changes).toBe(1);
    database.close();
  }

  it.each([
    // Bit 0 of the last byte: the sign and exponent of the bias.
    ['weights', "weights = cast(substr(weights, 1, 15) || x'01' AS BLOB)"],
    ['preprocessing', `trained = replace(trained, '"offset":2.5', '"offset":2.6')`],
  ])('is a 500 model_corrupt and never a number: %s', async (name, sql) => {
    await damage(name, sql);
    for (let i = 0; i < 2; i++) {
      const answer = await service.call('POST', `/api/v1/models/${name}/predict`, {
        json: { rows: [{ x: 1 }] },
      });
      expect(answer.json).toMatchObject({ status: 500, code: 'model_corrupt' });
      expect(answer.text).not.toMatch(/predictions|sha256|versions SET/);
    }
    expect(service.log.some(({ code }) => code === 'model_corrupt')).toBe(true);
  });

  it('does not show its weights either', async () => {
    const { json } = await service.call('GET', '/api/v1/models/weights/versions/1/weights');
    expect(json.code).toBe('model_corrupt');
  });
});
