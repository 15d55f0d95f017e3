/** The options of predict: threshold, top_k, contributions, raw; and models that they have no meaning for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PredictResponse } from '../../src/contracts/predict.ts';
import { startService, type TestService } from './service.ts';

let service: TestService;

async function train(name: string, config: object, rows: object[]): Promise<void> {
  const { json } = await service.call('POST', '/api/v1/datasets', { json: { rows } });
  const put = await service.call('PUT', `/api/v1/models/${name}`, { json: config });
  expect(put.status, put.text).toBe(201);
  await service.call('POST', '/api/v1/jobs', { json: { model: name, dataset: json.id } });
  await service.trainNext();
}

async function predict(name: string, query: string, row: object = { x: 3, side: 'a' }) {
  const answer = await service.call('POST', `/api/v1/models/${name}/predict?${query}`, {
    json: { rows: [row] },
  });
  expect(answer.status, answer.text).toBe(200);
  return PredictResponse.parse(answer.json).predictions[0] as Record<string, unknown> & {
    label: unknown;
    probabilities: Record<string, number>;
    raw: number & Record<string, number>;
    // biome-ignore lint/suspicious/noExplicitAny: one of two shapes, which the schema has checked
    contributions: any;
  };
}

beforeAll(async () => {
  service = await startService();
  const rows = Array.from({ length: 30 }, (_, i) => ({
    x: i % 10,
    side: i % 3 ? 'a' : 'b',
    two: i % 10 > 4 !== (i === 7) ? 'yes' : 'no',
    three: ['red', 'green', 'blue'][((i % 10) >> 2) % 3],
    y: i % 10,
  }));
  const features = ['x', 'side'];
  const l2 = 0.1;
  await train('two', { type: 'logistic_regression', target: 'two', features, l2 }, rows);
  await train('three', { type: 'logistic_regression', target: 'three', features, l2 }, rows);
  await train('line', { type: 'linear_regression', target: 'y', features, l2 }, rows);
  await train('step', { type: 'perceptron', target: 'two', features }, rows);
  const hidden_layers = [{ units: 3, activation: 'relu' }];
  await train('net', { type: 'mlp', target: 'two', features, hidden_layers, epochs: 2 }, rows);
});
afterAll(() => service.close());

const sumOf = (terms: Record<string, number>) => Object.values(terms).reduce((sum, term) => sum + term, 0);

describe('threshold', () => {
  it('labels with the second class from that probability on', async () => {
    const { probabilities } = await predict('two', '');
    const p = probabilities.yes;
    for (const [threshold, label] of [
      [p, 'yes'],
      [p + 1e-9, 'no'],
      [0, 'yes'],
      [1, 'no'],
    ]) {
      const prediction = await predict('two', `threshold=${threshold}`);
      expect(prediction).toEqual({ label, probabilities });
    }
  });
});

describe('top_k', () => {
  it('gives the most probable labels alone, the most probable first', async () => {
    const { label, probabilities } = await predict('three', '');
    const falling = Object.entries(probabilities).sort(([, a], [, b]) => b - a);
    const top = await predict('three', 'top_k=2');
    expect(top.label).toBe(label);
    expect(Object.entries(top.probabilities)).toEqual(falling.slice(0, 2));
    expect(Object.entries((await predict('three', 'top_k=1000')).probabilities)).toEqual(falling);
  });
});

describe('raw and contributions', () => {
  it('show the logit of two classes, and the terms that add up to it', async () => {
    const { raw, contributions, probabilities } = await predict('two', 'raw=true&contributions=true');
    expect(1 / (1 + Math.exp(-raw))).toBeCloseTo(probabilities.yes, 14);
    expect(Object.keys(contributions.terms)).toEqual(['x', 'side']);
    expect(contributions.intercept + sumOf(contributions.terms)).toBeCloseTo(raw, 12);
  });

  it('show them by class for more', async () => {
    const { raw, contributions, probabilities } = await predict('three', 'raw=true&contributions=true');
    const total = sumOf(Object.fromEntries(Object.entries(raw).map(([c, z]) => [c, Math.exp(z)])));
    for (const label of ['blue', 'green', 'red']) {
      expect(Math.exp(raw[label]) / total).toBeCloseTo(probabilities[label], 14);
      expect(contributions.intercept[label] + sumOf(contributions.terms[label])).toBeCloseTo(raw[label], 12);
    }
  });

  it('add up to the value of a regression; a feature at its mean adds nothing', async () => {
    const prediction = await predict('line', 'contributions=true', { x: 4.5, side: 'a' });
    expect(prediction.contributions.terms.x).toBeCloseTo(0, 12);
    const { intercept, terms } = prediction.contributions;
    expect(intercept + sumOf(terms)).toBeCloseTo(prediction.value as number, 12);
  });

  it('show the logit of a network', async () => {
    const { raw, probabilities } = await predict('net', 'raw=true');
    expect(1 / (1 + Math.exp(-raw))).toBeCloseTo(probabilities.yes, 6);
  });
});

describe('an option without meaning for the model', () => {
  it.each([
    ['line', 'threshold=0.5&top_k=1', ['?threshold', '?top_k']],
    ['three', 'threshold=0.5', ['?threshold']],
    ['step', 'threshold=0.5', ['?threshold']],
    ['net', 'contributions=true', ['?contributions']],
    ['two', 'threshold=1.5', ['?threshold']],
    ['two', 'threshold=-1', ['?threshold']],
    ['two', 'threshold=.5', ['?threshold']],
    ['two', 'top_k=0', ['?top_k']],
    ['two', 'raw=1', ['?raw']],
    ['two', 'explain=true', ['?explain']],
  ])('of %s: %s is refused by its name', async (name, query, pointers) => {
    const { json } = await service.call('POST', `/api/v1/models/${name}/predict?${query}`, {
      json: { rows: [{}] },
    });
    expect(json).toMatchObject({ status: 422, code: 'validation_failed' });
    expect(json.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
  });
});
