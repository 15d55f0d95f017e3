/** Predictions of many rows and of bad ones: named row by row, bounded, and never in the way of other requests. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PredictResponse } from '../../src/contracts/predict.ts';
import { startService, type TestService } from './service.ts';

let service: TestService;
const path = '/api/v1/models/line/predict';

beforeAll(async () => {
  service = await startService({ limits: { maxPredictAnswerBytes: 500_000, predictSliceMs: 0 } });
  const rows = [1, 2, 3, 4].map((x) => ({ x, side: x > 2 ? 'b' : 'a', y: 2 * x + 1 }));
  const { json } = await service.call('POST', '/api/v1/datasets', { json: { rows } });
  await service.call('PUT', '/api/v1/models/line', { json: { type: 'linear_regression', target: 'y' } });
  await service.call('POST', '/api/v1/jobs', { json: { model: 'line', dataset: json.id } });
  await service.trainNext();
});
afterAll(() => service.close());

describe('predict', () => {
  it('answers 10,000 rows as it answers one', async () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => ({ x: i % 7, side: 'a' }));
    const many = await service.call('POST', path, { json: { rows } });
    expect(many.status, many.text.slice(0, 200)).toBe(200);
    expect(many.headers['content-type']).toBe('application/json; charset=utf-8');
    const { predictions } = PredictResponse.parse(many.json);
    expect(predictions).toHaveLength(rows.length);
    for (const i of [0, 5, 63, 64, 9_999]) {
      const one = await service.call('POST', path, { json: { rows: [rows[i]] } });
      expect(PredictResponse.parse(one.json).predictions).toEqual([predictions[i]]);
    }
  });

  it('says of each bad row what was expected and what came', async () => {
    const rows = [{ x: [1] }, { x: {} }, 5, null, [], { side: 1 }, { x: true }, { z: 1 }, { x: '1' }];
    const { json } = await service.call('POST', path, { json: { rows } });
    const found = json.errors.map(({ pointer, code, message }: Record<string, string>) => [
      pointer,
      code,
      message,
    ]);
    expect(json.code).toBe('validation_failed');
    expect(found).toEqual([
      ['/rows/0/x', 'invalid_type', 'expected a number, got an array'],
      ['/rows/1/x', 'invalid_type', 'expected a number, got an object'],
      ['/rows/2', 'invalid_type', 'expected an object, got a number'],
      ['/rows/3', 'invalid_type', 'expected an object, got null'],
      ['/rows/4', 'invalid_type', 'expected an object, got an array'],
      ['/rows/5/side', 'invalid_type', 'expected text, got a number'],
      ['/rows/6/x', 'invalid_type', 'expected a number, got true or false'],
      ['/rows/7/z', 'unknown_field', 'the model has no feature of this name'],
      ['/rows/8/x', 'invalid_type', 'expected a number, got text'],
    ]);
  });

  it('refuses a number that is none once read', async () => {
    const answer = await service.call('POST', path, {
      body: '{"rows":[{"x":1e999}]}',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(422);
    expect(answer.json.errors).toMatchObject([{ pointer: '/rows/0/x', code: 'number_out_of_range' }]);
  });

  it('lists at most a hundred problems', async () => {
    const { json } = await service.call('POST', path, { json: { rows: Array(500).fill({ x: {} }) } });
    expect(json.errors).toHaveLength(100);
    expect(json.detail).toMatch(/and 499 more$/);
  });

  it('refuses rows whose answer would be too large, however short they are', async () => {
    const answer = await service.call('POST', path, { json: { rows: Array(50_000).fill({}) } });
    expect(answer.json).toMatchObject({ status: 422, code: 'answer_too_large' });
  });

  it('refuses more rows than it can take at once', async () => {
    const answer = await service.call('POST', path, { json: { rows: Array(50_001).fill({}) } });
    expect(answer.json).toMatchObject({ status: 400, code: 'too_many_elements' });
  });

  it('lets others have their turn meanwhile', async () => {
    let isDone = false;
    const long = service.call('POST', path, { json: { rows: Array(15_000).fill({}) } });
    void long.finally(() => {
      isDone = true;
    });
    let answered = 0;
    while (!isDone) {
      await service.call('GET', '/livez');
      answered++;
    }
    expect((await long).status).toBe(200);
    expect(answered).toBeGreaterThan(3);
  });
});
