/** The whole life of a model through the typed client, on the real service with a key. */
import { afterAll, describe, expect, it } from 'vitest';
import { createClient, TrainyardProblem } from '../../src/client/client.ts';
import { cleanUp, startService } from './service.ts';

afterAll(cleanUp);

const csv = `x,side,label\n${Array.from({ length: 60 }, (_, i) => `${i % 13},${i % 3 ? 'a' : 'b'},${(i * 7) % 13 > 5 ? 'yes' : 'no'}`).join('\n')}\n`;

describe('trainyard/client', () => {
  it('uploads, trains, waits, predicts, switches an alias, evaluates and downloads', async () => {
    const apiKey = 'a-key-of-sixteen-characters';
    const service = await startService({ env: { API_KEYS: apiKey } });
    const client = createClient({ baseUrl: service.url, apiKey });

    const dataset = await client.createDataset({ name: 'sides', upload: { type: 'text/csv', data: csv } });
    expect(dataset).toMatchObject({ name: 'sides', rows: 60 });
    const again = await client.createDataset({ body: { rows: [{ x: 1, side: 'a', label: 'no' }] } });
    expect((await client.listDatasets({ limit: 1 })).items).toEqual([again]);

    const config = { type: 'logistic_regression', target: 'label', l2: 0.1 } as const;
    const model = await client.putModel({ model: 'sides', body: config });
    expect(model.config).toMatchObject({ ...config, fit_intercept: true });
    const submitted = await client.createJob({ body: { model: 'sides', dataset: dataset.id } });
    const job = await client.getJob({ job: submitted.id, wait: 30 });
    expect(job).toMatchObject({ state: 'succeeded', version: 1 });

    const rows = [
      { x: 3, side: 'b' },
      { x: null, side: 'a' },
    ];
    const predicted = await client.predict({ model: 'sides', body: { rows }, raw: true });
    expect(predicted).toMatchObject({ model: 'sides', version: 1 });
    const [first] = predicted.predictions;
    if (!first || !('label' in first)) throw new Error('expected a label');
    expect(first.probabilities[String(first.label)]).toBeGreaterThanOrEqual(0.5);

    const alias = { model: 'sides', alias: 'live' };
    await client.putAlias({ ...alias, body: { version: 1 } });
    const byAlias = await client.predictByAlias({ ...alias, body: { rows }, raw: true });
    expect(byAlias).toEqual(predicted);
    const late = client.putAlias({ ...alias, 'if-match': '"2"', body: { version: 1 } });
    await expect(late).rejects.toMatchObject({ status: 412, code: 'precondition_failed' });

    const { metrics } = await client.getVersion({ model: 'sides', version: 1 });
    expect(await client.evaluate({ model: 'sides', body: { dataset: dataset.id } })).toEqual(metrics.train);
    const exported = await client.exportDataset({ dataset: dataset.id, format: 'csv' });
    expect((await exported.text()).split(/\r?\n/)[0]).toBe('x,side,label');
    expect((await client.getLiveness()).status).toBe('ok');

    const refused = await client
      .predict({ model: 'sides', body: { rows: [{ x: 'a' }] } })
      .catch((error) => error);
    expect(refused).toBeInstanceOf(TrainyardProblem);
    expect(refused.errors).toEqual([expect.objectContaining({ pointer: '/rows/0/x', code: 'invalid_type' })]);
    const stranger = createClient({ baseUrl: service.url });
    await expect(stranger.listModels()).rejects.toMatchObject({ status: 401, code: 'unauthorized' });
    const ended = AbortSignal.abort();
    await expect(client.listModels({}, { signal: ended })).rejects.toMatchObject({ name: 'AbortError' });

    await client.deleteAlias(alias);
    expect(await client.deleteVersion({ model: 'sides', version: 1 })).toBeUndefined();
    await service.end('SIGTERM', 'process');
  }, 60_000);
});
