/** `evaluate`: what training measured is measured again, on any dataset of the model's columns. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from './service.ts';

let service: TestService;
let dataset: string;
const base = '/api/v1/models';

const rows = Array.from({ length: 60 }, (_, i) => ({
  x: i % 13,
  side: i % 3 ? 'a' : 'b',
  two: (i * 7) % 13 > 5 ? 'yes' : 'no',
  y: (i % 13) / 2 + (i % 3),
}));

async function addDataset(table: object[]): Promise<string> {
  const { json } = await service.call('POST', '/api/v1/datasets', { json: { rows: table } });
  return json.id;
}

async function train(name: string, config: object): Promise<void> {
  await service.call('PUT', `${base}/${name}`, { json: { features: ['x', 'side'], ...config } });
  const job = await service.call('POST', '/api/v1/jobs', { json: { model: name, dataset } });
  expect(job.status, job.text).toBe(202);
  await service.trainNext();
}

const evaluate = (path: string, id: string) =>
  service.call('POST', `${base}/${path}/evaluate`, { json: { dataset: id } });

beforeAll(async () => {
  service = await startService({ config: { jobMemoryBytes: 6_000_000 } });
  dataset = await addDataset(rows);
  const none = { fraction: 0 };
  await train('two', { type: 'logistic_regression', target: 'two', l2: 0.1 });
  await train('line', { type: 'linear_regression', target: 'y' });
  await train('step', { type: 'perceptron', target: 'two' });
  const hidden_layers = [{ units: 4, activation: 'tanh' }];
  await train('net', { type: 'mlp', target: 'two', hidden_layers, epochs: 3, validation: none });
  await train('netline', { type: 'mlp', target: 'y', hidden_layers, epochs: 3, validation: none });
});
afterAll(() => service.close());

describe('evaluate', () => {
  it.each(['two', 'line', 'step', 'net', 'netline'])(
    'gives the training metrics of %s again',
    async (name) => {
      const version = await service.call('GET', `${base}/${name}/versions/1`);
      const answer = await evaluate(name, dataset);
      expect(answer.status, answer.text).toBe(200);
      expect(answer.json).toEqual(version.json.metrics.train);
      expect((await evaluate(`${name}/versions/1`, dataset)).json).toEqual(answer.json);
    },
  );

  it('measures by alias, on other rows than those of training, one of them alone', async () => {
    await service.call('PUT', `${base}/line/aliases/live`, { json: { version: 1 } });
    const one = await addDataset([{ x: 4, side: 'a', y: 100, more: 1 }]);
    const predicted = await service.call('POST', `${base}/line/predict`, {
      json: { rows: [{ x: 4, side: 'a' }] },
    });
    const error = 100 - predicted.json.predictions[0].value;
    const { json } = await evaluate('line/aliases/live', one);
    expect(json).toEqual({
      rows: 1,
      mse: error * error,
      rmse: Math.abs(error),
      mae: Math.abs(error),
      r2: null,
      explained_variance: null,
    });
  });

  it('leaves rows without a target out, and lets the stored preprocessing fill holes', async () => {
    const holes = rows.map((row, i) =>
      i % 10 === 0 ? { ...row, two: null } : { ...row, x: i % 10 === 1 ? null : row.x },
    );
    const { json } = await evaluate('two', await addDataset(holes));
    expect(json.rows).toBe(54);
    expect(json.confusion_matrix.flat().reduce((sum: number, count: number) => sum + count)).toBe(54);
  });

  it('lets others read tables meanwhile', async () => {
    const many = await addDataset(Array.from({ length: 50_000 }, (_, i) => rows[i % rows.length]));
    let isDone = false;
    const long = evaluate('two', many).finally(() => {
      isDone = true;
    });
    let pages = 0;
    while (!isDone) {
      expect((await service.call('GET', `/api/v1/datasets/${many}/rows?limit=2`)).status).toBe(200);
      pages++;
    }
    expect((await long).json.rows).toBe(50_000);
    expect(pages).toBeGreaterThan(1);
  });
});

describe('a dataset that does not fit', () => {
  it.each<[string, string, object[], string, RegExp]>([
    ['lacks columns', 'two', [{ x: 1 }], 'unknown_column', /no column "side"; and 1 more/],
    [
      'has text for a number',
      'two',
      [{ x: 'a', side: 'a', two: 'no' }],
      'wrong_column_type',
      /"x" is a category, the model needs a number/,
    ],
    [
      'has numbers for labels',
      'two',
      [{ x: 1, side: 'a', two: 1 }],
      'wrong_column_type',
      /"two" is a number/,
    ],
    [
      'has a class that the model does not know',
      'two',
      [{ x: 1, side: 'a', two: 'maybe' }],
      'unsuitable_dataset',
      /row 1 .*"maybe" in "two"/,
    ],
    [
      'has no target at all',
      'line',
      [
        { x: 1, side: 'a', y: null },
        { x: null, side: 'a', y: null },
      ],
      'too_few_rows',
      /no row has a value/,
    ],
  ])('%s: %s', async (_, model, table, code, detail) => {
    const { json } = await evaluate(model, await addDataset(table));
    expect([json.status, json.code, json.detail]).toEqual([422, code, expect.stringMatching(detail)]);
    expect(json.errors[0].pointer).toBe('/dataset');
  });

  it('is unknown, or larger than the memory that a job may have', async () => {
    expect((await evaluate('two', `ds_${'0'.repeat(26)}`)).json).toMatchObject({
      status: 422,
      code: 'unknown_reference',
    });
    expect((await evaluate('nowhere', dataset)).json.code).toBe('model_not_found');
    expect((await evaluate('two/versions/9', dataset)).json.code).toBe('version_not_found');
    const many = await addDataset(Array.from({ length: 100_000 }, (_, i) => rows[i % rows.length]));
    expect((await evaluate('two', many)).json).toMatchObject({ status: 422, code: 'memory_exceeded' });
  });
});
