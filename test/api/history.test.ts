/** A long history over HTTP: whole in pieces, or thinned with its peaks. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EpochRecord } from '../../src/contracts/job.ts';
import { startService, type TestService } from './service.ts';

const length = 12_345;
const spike = 7_777;
let service: TestService;
let path: string;
let records: EpochRecord[];

beforeAll(async () => {
  service = await startService();
  const json = { columns: { x: [1, 2, 3, 4], y: [0, 1, 0, 1] } };
  const dataset = (await service.call('POST', '/api/v1/datasets', { json })).json.id;
  await service.call('PUT', '/api/v1/models/m', { json: { type: 'perceptron', target: 'y' } });
  const { id } = (await service.call('POST', '/api/v1/jobs', { json: { model: 'm', dataset } })).json;
  path = `/api/v1/jobs/${id}/history`;
  const { fence } = (await service.store.jobs.claim('test', 60_000, new Date()))!;
  expect((await service.call('GET', path)).text).toBe('{"epochs":[]}');
  records = Array.from({ length }, (_, i) => ({
    epoch: i + 1,
    loss: i === spike ? 100 : 1 / (i + 1),
    validation_loss: null,
    metrics: { accuracy: 0.5 },
    seconds: 0.001,
  }));
  await service.store.jobs.progress(fence, records, 'reference/1', new Date());
});
afterAll(() => service.close());

it('is whole, in the order of its epochs', async () => {
  const answer = await service.call('GET', path);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.json).toEqual({ epochs: records });
});

it('is thinned to its ends and its peaks', async () => {
  const { epochs } = (await service.call('GET', `${path}?max_points=50`)).json as { epochs: EpochRecord[] };
  expect(epochs.length).toBeLessThanOrEqual(50);
  expect(epochs).toContainEqual(records[spike]);
  expect([epochs[0], epochs.at(-1)]).toEqual([records[0], records.at(-1)]);
});

it('answers HEAD without reading it', async () => {
  const answer = await service.call('HEAD', path);
  expect([answer.status, answer.text]).toEqual([200, '']);
});
