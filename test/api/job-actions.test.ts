/** Cancel, pause, resume and delete over HTTP; one job for one idempotency key; a queue with a bound. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startService, type TestService } from './service.ts';

let service: TestService;
let dataset: string;

const columns = {
  x: Array.from({ length: 20 }, (_, i) => i),
  y: Array.from({ length: 20 }, (_, i) => i % 2),
};
const keys = ['first-key-0123456789', 'second-key-0123456789'];
const as = (key: string, more: Record<string, string> = {}) => ({ authorization: `Bearer ${key}`, ...more });

async function prepare(options?: Parameters<typeof startService>[0]): Promise<void> {
  service = await startService(options);
  const headers = options?.config?.apiKeys ? as(keys[0]!) : {};
  const made = await service.call('POST', '/api/v1/datasets', { json: { columns }, headers });
  dataset = made.json.id;
  const config = { type: 'logistic_regression', target: 'y', l2: 0.1 };
  await service.call('PUT', '/api/v1/models/m', { json: config, headers });
}

const submit = (more: object = {}, headers: Record<string, string> = {}) =>
  service.call('POST', '/api/v1/jobs', { json: { model: 'm', dataset, ...more }, headers });

const act = (id: string, action: string) => service.call('POST', `/api/v1/jobs/${id}/${action}`);

describe('actions', () => {
  beforeAll(() => prepare());
  afterAll(() => service.close());

  it('pause and resume a waiting job, again and again', async () => {
    const { id } = (await submit()).json;
    for (let i = 0; i < 2; i++) {
      expect(await act(id, 'pause')).toMatchObject({ status: 202, json: { id, state: 'paused' } });
    }
    expect(await act(id, 'resume')).toMatchObject({ status: 202, json: { state: 'queued' } });
    const refused = await act(id, 'resume');
    expect(refused.json).toMatchObject({
      status: 409,
      code: 'job_state_conflict',
      detail: `expected a paused job, ${id} is queued`,
    });
    await service.trainNext();
    expect((await act(id, 'pause')).status).toBe(409);
  });

  it('cancel, and then delete', async () => {
    const { id } = (await submit()).json;
    expect((await service.call('DELETE', `/api/v1/jobs/${id}`)).json).toMatchObject({
      status: 409,
      detail: `expected a job that has ended, ${id} is queued`,
    });
    const startedAt = performance.now();
    expect(await act(id, 'cancel')).toMatchObject({ status: 202, json: { state: 'cancelled' } });
    expect(performance.now() - startedAt).toBeLessThan(100);
    expect((await act(id, 'cancel')).status).toBe(202);
    expect(await service.call('DELETE', `/api/v1/jobs/${id}`)).toMatchObject({ status: 204, text: '' });
    for (const path of [`/api/v1/jobs/${id}`, `/api/v1/jobs/${id}/history`]) {
      expect((await service.call('GET', path)).json.code).toBe('job_not_found');
    }
    expect((await service.call('DELETE', `/api/v1/jobs/${id}`)).json.code).toBe('job_not_found');
  });

  it('are not found for a job that never was', async () => {
    for (const action of ['cancel', 'pause', 'resume']) {
      expect((await act(`job_${'0'.repeat(26)}`, action)).json.code).toBe('job_not_found');
    }
  });
});

describe('Idempotency-Key', () => {
  beforeEach(() => prepare({ config: { apiKeys: keys } }));
  afterEach(() => service.close());

  const jobs = async () =>
    (await service.call('GET', '/api/v1/jobs', { headers: as(keys[0]!) })).json.items.length;

  it('makes one job of a hundred requests at once; all get the same answer', async () => {
    const headers = as(keys[0]!, { 'idempotency-key': 'sweep-1' });
    // Class weights ask the data process for the labels: until it has answered for one request, the others come in.
    const config = { type: 'logistic_regression', target: 'y', class_weight: { 0: 1, 1: 2 } };
    const answers = await Promise.all(Array.from({ length: 100 }, () => submit({ config }, headers)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(new Set(answers.map((answer) => answer.headers.location)).size).toBe(1);
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    const replayed = answers.filter((answer) => answer.headers['idempotency-replayed'] === 'true');
    expect(replayed).toHaveLength(99);
    expect(await jobs()).toBe(1);
  });

  it('answers as the first time, whatever has become of the job; another holder has keys of its own', async () => {
    const headers = as(keys[0]!, { 'idempotency-key': 'k' });
    const first = await submit({ priority: 3 }, headers);
    await service.call('POST', `${first.headers.location}/cancel`, { headers });
    const again = await submit({ priority: 3 }, headers);
    expect(again).toMatchObject({ status: 202, text: first.text });
    expect(again.headers['idempotency-replayed']).toBe('true');
    const other = await submit({ priority: 3 }, as(keys[1]!, { 'idempotency-key': 'k' }));
    expect(other.json.id).not.toBe(first.json.id);
    expect(other.headers['idempotency-replayed']).toBeUndefined();
  });

  it('is refused with another body, and free again after a refusal', async () => {
    const headers = as(keys[0]!, { 'idempotency-key': 'k' });
    expect((await submit({ model: 'absent' }, headers)).json.code).toBe('unknown_reference');
    expect((await submit({ priority: 'high' }, headers)).json.code).toBe('validation_failed');
    expect((await submit({}, headers)).status).toBe(202);
    // The default, spelled out, is the same request.
    expect((await submit({ priority: 0 }, headers)).headers['idempotency-replayed']).toBe('true');
    expect((await submit({ priority: 1 }, headers)).json).toMatchObject({
      status: 422,
      code: 'idempotency_key_reused',
    });
    expect(await jobs()).toBe(1);
  });

  it.each([
    ['', 'nothing'],
    ['two words', 'a space'],
    ['k'.repeat(256), 'too many characters'],
  ])('cannot be %j: %s', async (key) => {
    const answer = await submit({}, as(keys[0]!, { 'idempotency-key': key }));
    expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer: 'idempotency-key' }] });
    expect(answer.json.detail).toMatch(/expected 1 to 255 visible ASCII characters/);
  });
});

describe('a full queue', () => {
  beforeAll(() => prepare({ config: { maxQueuedJobs: 2 } }));
  afterAll(() => service.close());

  it('refuses one more job with 429 and a time to come back, until there is room', async () => {
    const { id } = (await submit()).json;
    await submit();
    const refused = await submit();
    expect(refused.json).toMatchObject({ status: 429, code: 'queue_full' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    await act(id, 'cancel');
    expect((await submit()).status).toBe(202);
  });
});
