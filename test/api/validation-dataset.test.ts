/** A second dataset to validate on, over HTTP: refused with its place, guarded while a job reads it, shown by the version. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from './service.ts';

let service: TestService;
let own: string;
let other: string;

const rows = (count: number, shift: number) =>
  Array.from({ length: count }, (_, i) => ({ x: i + shift, y: 2 * (i + shift) + (i % 3) }));

async function upload(json: unknown): Promise<string> {
  const made = await service.call('POST', '/api/v1/datasets', { json });
  expect(made.status, made.text).toBe(201);
  return made.json.id;
}

const submit = (validation: object) =>
  service.call('POST', '/api/v1/jobs', {
    json: { model: 'line', dataset: own, config: { type: 'linear_regression', target: 'y', validation } },
  });

beforeAll(async () => {
  service = await startService();
  own = await upload({ rows: rows(30, 0) });
  other = await upload({ rows: rows(12, 100) });
  await service.call('PUT', '/api/v1/models/line', { json: { type: 'linear_regression', target: 'y' } });
});
afterAll(() => service.close());

describe('a validation dataset', () => {
  it('that does not exist, or lacks a column, is refused at submit with its pointer', async () => {
    const pointer = '/config/validation/dataset';
    const unknown = await submit({ dataset: `ds_${'0'.repeat(26)}` });
    expect(unknown.status).toBe(422);
    expect(unknown.json).toMatchObject({ code: 'unknown_reference', errors: [{ pointer }] });

    const narrow = await upload({ columns: { x: ['text'], y: [1] } });
    const unfit = await submit({ dataset: narrow });
    expect(unfit.status).toBe(422);
    expect(unfit.json).toMatchObject({
      code: 'wrong_column_type',
      errors: [{ pointer, column: 'x', code: 'wrong_column_type' }],
    });

    for (const validation of [{ dataset: 'nonsense' }, {}, { dataset: other, fraction: 0.1 }])
      expect((await submit(validation)).json).toMatchObject({ status: 422, code: 'validation_failed' });
  });

  it('is kept while the job waits; the version measures on it and shows it', async () => {
    const job = await submit({ dataset: other });
    expect(job.status, job.text).toBe(202);
    const kept = await service.call('DELETE', `/api/v1/datasets/${other}`);
    expect([kept.status, kept.json.code]).toEqual([409, 'dataset_in_use']);

    await service.trainNext();
    const version = (await service.call('GET', '/api/v1/models/line/versions/1')).json;
    const { sha256 } = (await service.call('GET', `/api/v1/datasets/${other}`)).json;
    expect(version).toMatchObject({
      dataset: own,
      config: { validation: { dataset: other } },
      validation_dataset_sha256: sha256,
      metrics: { train: { rows: 30 }, validation: { rows: 12 } },
    });
    expect((await service.call('DELETE', `/api/v1/datasets/${other}`)).status).toBe(204);
  });
});
