/** One service with a model of each kind that the wires tell apart, for every wire's tests. */
import { expect } from 'vitest';
import { PredictResponse } from '../../src/contracts/predict.ts';
import { startService, type TestOptions, type TestService } from './service.ts';

export interface WireModel {
  readonly name: string;
  readonly rows: readonly Record<string, unknown>[];
}

/** Numbers only, text classes. */
export const flowers: WireModel = {
  name: 'flowers',
  rows: [
    { width: 0.5, length: 1.25 },
    { width: 2, length: -1 },
    { width: 1e-3, length: 7 },
  ],
};

/** A number, a category and a boolean; number classes. */
export const people: WireModel = {
  name: 'people',
  rows: [
    { age: 20, sex: 'f', member: true },
    { age: null, sex: 'm', member: false },
    { age: 61.5, sex: null, member: null },
  ],
};

/** A regression on one number. */
export const line: WireModel = { name: 'line', rows: [{ x: 1 }, { x: 2 }, { x: 5 }] };

export async function startWithModels(options: TestOptions = {}): Promise<TestService> {
  const service = await startService(options);
  const headers: Record<string, string> = options.config?.apiKeys?.length
    ? { authorization: `Bearer ${options.config.apiKeys[0]}` }
    : {};
  const send = (method: string, path: string, json: unknown) => service.call(method, path, { json, headers });
  const train = async (name: string, type: string, rows: object[]) => {
    const dataset = await send('POST', '/api/v1/datasets', { rows });
    expect(dataset.status, dataset.text).toBe(201);
    const put = await send('PUT', `/api/v1/models/${name}`, {
      type,
      target: 'target',
      ...(type === 'linear_regression' ? {} : { l2: 0.1 }),
    });
    expect(put.status, put.text).toBe(201);
    const job = await send('POST', '/api/v1/jobs', { model: name, dataset: dataset.json.id });
    expect(job.status, job.text).toBe(202);
    await service.trainNext();
  };
  const range = Array.from({ length: 24 }, (_, i) => i);
  await train(
    'flowers',
    'logistic_regression',
    range.map((i) => ({ width: i % 5, length: i % 7, target: ['iris', 'rose', 'ä"lily'][i % 3] })),
  );
  await train(
    'people',
    'logistic_regression',
    range.map((i) => ({
      age: 15 + 3 * (i % 13),
      sex: i % 3 ? 'f' : 'm',
      member: i % 4 === 0,
      target: (i * 7) % 5 > 2 ? 1 : 0,
    })),
  );
  await train(
    'line',
    'linear_regression',
    [1, 2, 3, 4].map((x) => ({ x, target: 0.5 * x + 3 })),
  );
  await train(
    'truth',
    'logistic_regression',
    range.map((i) => ({ x: i % 6, target: (i * 5) % 6 > 2 })),
  );
  await send('PUT', '/api/v1/models/empty', { type: 'linear_regression', target: 'target' });
  await send('PUT', '/api/v1/models/flowers/aliases/live', { version: 1 });
  return service;
}

/** What native predict answers: every wire must say the same. */
export async function nativePredictions(service: TestService, { name, rows }: WireModel) {
  const answer = await service.call('POST', `/api/v1/models/${name}/predict`, { json: { rows } });
  expect(answer.status, answer.text).toBe(200);
  const { predictions } = PredictResponse.parse(answer.json);
  return predictions.map((prediction) =>
    'value' in prediction
      ? { label: prediction.value, outputs: [prediction.value] }
      : { label: prediction.label, outputs: Object.values(prediction.probabilities) },
  );
}
