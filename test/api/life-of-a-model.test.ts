/** The main job over HTTP: a table in, a config, a job, its history, a prediction; and what stands in its way. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from './service.ts';

let service: TestService;
let dataset: string;

/** 40 rows; y is "high" above x = 20, with one row that errs so that the optimum is finite. */
const csv = `x,colour,y\n${Array.from({ length: 40 }, (_, i) => {
  const isHigh = i === 3 ? true : i > 20;
  return `${i},${i % 2 ? 'red' : 'blue'},${isHigh ? 'high' : 'low'}`;
}).join('\n')}\n`;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

describe('a model, from table to prediction', () => {
  it('takes a table and shows it', async () => {
    const made = await service.call('POST', '/api/v1/datasets?name=colours', {
      body: csv,
      headers: { 'content-type': 'text/csv; charset=utf-8' },
    });
    expect(made.status, made.text).toBe(201);
    dataset = made.json.id;
    expect(made.headers.location).toBe(`/api/v1/datasets/${dataset}`);
    expect(made.json).toMatchObject({ name: 'colours', rows: 40, warnings: [] });
    expect(made.json.columns.map((column: { type: string }) => column.type)).toEqual([
      'number',
      'category',
      'category',
    ]);
    expect((await service.call('GET', made.headers.location!)).json).toEqual(made.json);
    expect((await service.call('GET', '/api/v1/datasets')).json).toEqual({
      items: [made.json],
      next_cursor: null,
    });
    expect(readdirSync(join(service.dataDir, 'spool'))).toEqual([]);
  });

  it('takes the same table as JSON, with its name in the body and the same hash', async () => {
    const rows = csv
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
      .map(([x, colour, y]) => ({ x: Number(x), colour, y }));
    const made = await service.call('POST', '/api/v1/datasets', { json: { name: 'as rows', rows } });
    expect(made.status, made.text).toBe(201);
    const first = await service.call('GET', `/api/v1/datasets/${dataset}`);
    expect(made.json).toMatchObject({ name: 'as rows', sha256: first.json.sha256 });
    expect((await service.call('DELETE', made.headers.location!)).status).toBe(204);
    expect((await service.call('GET', made.headers.location!)).json.code).toBe('dataset_not_found');
  });

  it('pages through rows in the order of the upload', async () => {
    const page = await service.call('GET', `/api/v1/datasets/${dataset}/rows?limit=2&offset=38`);
    expect(page.json).toEqual({
      items: [
        { x: 38, colour: 'blue', y: 'high' },
        { x: 39, colour: 'red', y: 'high' },
      ],
      total: 40,
    });
    expect(page.headers['content-type']).toBe('application/json; charset=utf-8');
    const beyond = await service.call('GET', `/api/v1/datasets/${dataset}/rows?offset=1000`);
    expect(beyond.json).toEqual({ items: [], total: 40 });
  });

  it('puts a model: 201 with every default shown, then 200', async () => {
    const config = { type: 'logistic_regression', target: 'y' };
    const made = await service.call('PUT', '/api/v1/models/colours', { json: config });
    expect(made.status, made.text).toBe(201);
    expect(made.headers.location).toBe('/api/v1/models/colours');
    expect(made.json).toMatchObject({
      name: 'colours',
      latest_version: null,
      config: { l2: 0, seed: 0, fit_intercept: true, preprocessing: { numeric: 'standardize' } },
    });
    const again = await service.call('PUT', '/api/v1/models/colours', { json: config });
    expect(again.status).toBe(200);
    expect(again.headers.location).toBeUndefined();
    expect((await service.call('GET', '/api/v1/models/colours')).json).toEqual(again.json);
    expect((await service.call('GET', '/api/v1/models')).json.items).toEqual([again.json]);
  });

  it('refuses to predict before there is a version', async () => {
    const answer = await service.call('POST', '/api/v1/models/colours/predict', {
      json: { rows: [{ x: 1 }] },
    });
    expect(answer.json).toMatchObject({ status: 409, code: 'no_version' });
  });

  it('trains: the wait ends with the job, the history and the version stay', async () => {
    const submitted = await service.call('POST', '/api/v1/jobs', { json: { model: 'colours', dataset } });
    expect(submitted.status, submitted.text).toBe(202);
    expect(submitted.headers.location).toBe(`/api/v1/jobs/${submitted.json.id}`);
    expect(submitted.json).toMatchObject({
      state: 'queued',
      kind: 'train',
      config: { features: ['x', 'colour'] },
    });

    expect((await service.call('DELETE', `/api/v1/datasets/${dataset}`)).json.code).toBe('dataset_in_use');
    expect((await service.call('DELETE', '/api/v1/models/colours')).json.code).toBe('model_in_use');

    const started = performance.now();
    const waiting = service.call('GET', `${submitted.headers.location}?wait=30`);
    await service.trainNext();
    const job = (await waiting).json;
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(job).toMatchObject({ state: 'succeeded', version: 1, stop_reason: 'converged', error: null });

    const history = (await service.call('GET', `${submitted.headers.location}/history`)).json.epochs;
    expect(history.length).toBe(job.progress.epoch);
    expect(history.at(-1).loss).toBe(job.loss);
    const thinned = (await service.call('GET', `${submitted.headers.location}/history?max_points=2`)).json
      .epochs;
    expect(thinned).toEqual([history[0], history.at(-1)]);

    const version = await service.call('GET', '/api/v1/models/colours/versions/1');
    expect(version.json).toMatchObject({ version: 1, job: job.id, dataset, classes: ['high', 'low'] });
    expect(version.json).not.toHaveProperty('trained');
    const versions = await service.call('GET', '/api/v1/models/colours/versions');
    expect(versions.json).toEqual({ items: [version.json], next_cursor: null });
    const filtered = await service.call(
      'GET',
      `/api/v1/jobs?state=succeeded&model=colours&dataset=${dataset}`,
    );
    expect(filtered.json.items).toEqual([job]);
    expect((await service.call('GET', '/api/v1/jobs?state=failed')).json.items).toEqual([]);
    const conflict = await service.call('POST', `${submitted.headers.location}/cancel`);
    expect(conflict.json).toMatchObject({ status: 409, code: 'job_state_conflict' });
  });

  it('gives weights whose logits are the probabilities that predict gives, by latest and by number', async () => {
    const { coefficients, intercept } = (
      await service.call('GET', '/api/v1/models/colours/versions/1/weights')
    ).json;
    const z = intercept + coefficients.x * 10 + coefficients['colour=red'];
    const rows = [
      { x: 10, colour: 'red' },
      { colour: 'blue', x: 39 },
    ];
    const latest = await service.call('POST', '/api/v1/models/colours/predict', { json: { rows } });
    expect(latest.status, latest.text).toBe(200);
    expect(latest.json.model).toBe('colours');
    expect(latest.json.version).toBe(1);
    // Both are the same sum of three products in another order: a few units of the last place.
    expect(latest.json.predictions[0].probabilities.low).toBeCloseTo(1 / (1 + Math.exp(-z)), 12);
    expect(latest.json.predictions.map((one: { label: string }) => one.label)).toEqual(['low', 'high']);
    const byNumber = await service.call('POST', '/api/v1/models/colours/versions/1/predict', {
      json: { rows },
    });
    expect(byNumber.text).toBe(latest.text);
  });

  it('names unseen categories in warnings, and every bad field in a refusal', async () => {
    const odd = await service.call('POST', '/api/v1/models/colours/predict', {
      json: { rows: [{ x: 1, colour: 'green' }] },
    });
    expect(odd.json.warnings).toMatchObject([{ code: 'unseen_category' }]);
    const bad = await service.call('POST', '/api/v1/models/colours/predict', {
      json: { rows: [{ x: 'one' }, { x: 1, y: 'low' }] },
    });
    expect(bad.status).toBe(422);
    expect(bad.json.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/rows/0/x',
      '/rows/1/y',
    ]);
  });

  it('serves a model made again by its new version 1, not by the remembered one', async () => {
    const rows = [{ x: 10, colour: 'red' }];
    const before = await service.call('POST', '/api/v1/models/colours/predict', { json: { rows } });
    expect((await service.call('DELETE', '/api/v1/models/colours')).status).toBe(204);
    const gone = await service.call('POST', '/api/v1/models/colours/predict', { json: { rows } });
    expect(gone.json.code).toBe('model_not_found');
    await service.call('PUT', '/api/v1/models/colours', {
      json: { type: 'logistic_regression', target: 'y', l2: 10 },
    });
    await service.call('POST', '/api/v1/jobs', { json: { model: 'colours', dataset } });
    await service.trainNext();
    const after = await service.call('POST', '/api/v1/models/colours/predict', { json: { rows } });
    expect(after.json.version).toBe(1);
    expect(after.json.predictions).not.toEqual(before.json.predictions);
  });

  it('cancels a queued job at once, and again', async () => {
    const { id } = (await service.call('POST', '/api/v1/jobs', { json: { model: 'colours', dataset } })).json;
    const cancelled = await service.call('POST', `/api/v1/jobs/${id}/cancel`);
    expect(cancelled.status).toBe(202);
    expect(cancelled.json.state).toBe('cancelled');
    const again = await service.call('POST', `/api/v1/jobs/${id}/cancel`, { json: {} });
    expect(again.status).toBe(202);
    expect((await service.call('GET', `/api/v1/jobs/${id}?wait=30`)).json.state).toBe('cancelled');
  });

  it("trains with a config of the job in place of the model's", async () => {
    const config = { type: 'mlp', target: 'y', hidden_layers: [{ units: 3, activation: 'relu' }], epochs: 2 };
    const { id } = (
      await service.call('POST', '/api/v1/jobs', { json: { model: 'colours', dataset, config } })
    ).json;
    await service.trainNext();
    const job = (await service.call('GET', `/api/v1/jobs/${id}`)).json;
    expect(job).toMatchObject({
      state: 'succeeded',
      version: 2,
      config: { type: 'mlp', task: 'classification' },
    });
    expect((await service.call('GET', '/api/v1/models/colours')).json.config.type).toBe(
      'logistic_regression',
    );
    const weights = await service.call('GET', '/api/v1/models/colours/versions/2/weights');
    expect(weights.json.layers.map((layer: { bias: number[] }) => layer.bias.length)).toEqual([3, 1]);
  });

  it('names what a job refers to and does not exist, both at once', async () => {
    const answer = await service.call('POST', '/api/v1/jobs', {
      json: { model: 'nobody', dataset: 'ds_00000000000000000000000000' },
    });
    expect(answer.json).toMatchObject({ status: 422, code: 'unknown_reference' });
    expect(answer.json.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/model',
      '/dataset',
    ]);
  });

  it('refuses at submit what the dataset cannot give', async () => {
    const config = { type: 'logistic_regression', target: 'nope', features: ['x', 'z'] };
    const answer = await service.call('POST', '/api/v1/jobs', {
      json: { model: 'colours', dataset, config },
    });
    expect(answer.json).toMatchObject({ status: 422, code: 'unknown_column' });
    const pointers = answer.json.errors.map((error: { pointer: string }) => error.pointer);
    expect(pointers).toContain('/config/target');
  });

  it('leads through a list by its cursor, newest first', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
      const page = (await service.call('GET', `/api/v1/jobs?limit=2${query}`)).json;
      seen.push(...page.items.map((job: { id: string }) => job.id));
      cursor = page.next_cursor;
    } while (cursor);
    expect(seen.length).toBe(4);
    expect(seen).toEqual(seen.toSorted().toReversed());
  });
});
