/** The options of the preprocessing over HTTP: what a version shows of each, and what predict then makes of a row with holes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, startService, type TestService } from './service.ts';

let service: TestService;
let dataset: string;

/** `x` misses a value, `city` one, and `same` never changes. */
const rows = Array.from({ length: 24 }, (_, i) => ({
  x: i === 4 ? null : i,
  city: i === 7 ? null : ['Bonn', 'Jena', 'Ulm'][i % 3],
  same: 3,
  y: 2 * i + (i % 3),
}));

beforeAll(async () => {
  service = await startService();
  const made = await service.call('POST', '/api/v1/datasets', { json: { rows } });
  expect(made.status, made.text).toBe(201);
  dataset = made.json.id;
});
afterAll(() => service.close());

const submit = (preprocessing: object): Promise<Answer> =>
  service.call('POST', '/api/v1/jobs', {
    json: { model: 'm', dataset, config: { type: 'linear_regression', target: 'y', preprocessing } },
  });

/** The version that a job with these options leaves, and the job. */
async function train(preprocessing: object) {
  await service.call('PUT', '/api/v1/models/m', { json: { type: 'linear_regression', target: 'y' } });
  const submitted = await submit(preprocessing);
  expect(submitted.status, submitted.text).toBe(202);
  await service.trainNext();
  const job = (await service.call('GET', `/api/v1/jobs/${submitted.json.id}`)).json;
  const version = (await service.call('GET', `/api/v1/models/m/versions/${job.version}`)).json;
  return { job, version };
}

const predict = (row: object) => service.call('POST', '/api/v1/models/m/predict', { json: { rows: [row] } });

describe('a version', () => {
  it('shows its options, resolved, and what was fitted under them', async () => {
    const options = {
      numeric: 'robust',
      category: 'ordinal',
      impute_numeric: 'mean',
      impute_category: 'elsewhere',
      missing_indicator: true,
    };
    const { job, version } = await train(options);
    expect(version.config.preprocessing).toEqual({ ...options, missing: 'impute', max_categories: 256 });
    expect(version.preprocessing).toEqual({
      columns: ['x', 'x:missing', 'city', 'city:missing', 'same'],
      features: [
        expect.objectContaining({
          name: 'x',
          impute: expect.closeTo(272 / 23, 12),
          scale: 10.5,
          missing_indicator: true,
        }),
        expect.objectContaining({
          name: 'city',
          encoding: 'ordinal',
          categories: ['Bonn', 'Jena', 'Ulm', 'elsewhere'],
          impute: 'elsewhere',
          missing_indicator: true,
        }),
        expect.objectContaining({ name: 'same', offset: 3, scale: 1, missing_indicator: false }),
      ],
    });
    expect(job.warnings).toEqual([expect.objectContaining({ code: 'constant_feature' })]);

    const answer = await predict({ x: null, city: 'Kiel', same: 3 });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json.warnings).toEqual([
      { code: 'unseen_category', message: expect.stringContaining('"Kiel"') },
    ]);
  });

  it('under drop_row was trained on the whole rows, and refuses a row with a hole', async () => {
    const { job, version } = await train({ missing: 'drop_row', numeric: 'log1p' });
    expect(job.metrics.train.rows).toBe(22);
    expect(job.warnings.map(({ code }: { code: string }) => code)).toContain('rows_dropped');
    expect(version.preprocessing.features[0]).toMatchObject({ transform: 'log1p', impute: null });

    const answer = await predict({ x: 1, same: 3 });
    expect(answer.status).toBe(422);
    expect(answer.json).toMatchObject({ code: 'missing_values', errors: [{ pointer: '/rows/0/city' }] });
  });
});

describe('a job', () => {
  it.each([
    [{ missing: 'error' }, 'missing_values', ['x', 'city']],
    [{ max_categories: 2 }, 'cardinality_too_high', ['city']],
  ])('under %j is refused at submit as %s, naming the columns', async (preprocessing, code, columns) => {
    const answer = await submit(preprocessing);
    expect(answer.status).toBe(422);
    expect(answer.json.code).toBe(code);
    expect(answer.json.errors.map(({ column }: { column: string }) => column)).toEqual(columns);
  });
});
