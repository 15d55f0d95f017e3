/** `initialize_from` over HTTP: what is refused at submit, what a start is worth, and that the version stays while it is needed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from './service.ts';

let service: TestService;
let dataset: string;

const rows = Array.from({ length: 60 }, (_, i) => ({
  x: i,
  z: (i * 7) % 11,
  colour: i % 2 ? 'red' : 'blue',
  y: i % 7 === 0 ? 'low' : i > 30 ? 'high' : 'low',
}));
const network = {
  type: 'mlp',
  target: 'y',
  hidden_layers: [{ units: 6, activation: 'tanh' }],
  optimizer: { type: 'adam', learning_rate: 0.05 },
  validation: { fraction: 0 },
  epochs: 40,
};
const from = { model: 'source', version: 1 };

const put = (name: string, json: object) => service.call('PUT', `/api/v1/models/${name}`, { json });
const submit = (model: string, config?: object, data = dataset) =>
  service.call('POST', '/api/v1/jobs', { json: { model, dataset: data, ...(config && { config }) } });
const upload = async (json: object) => (await service.call('POST', '/api/v1/datasets', { json })).json.id;

async function train(model: string): Promise<{ losses: number[]; version: number }> {
  const { id } = (await submit(model)).json;
  await service.trainNext();
  const { epochs } = (await service.call('GET', `/api/v1/jobs/${id}/history`)).json;
  const { version } = (await service.call('GET', `/api/v1/jobs/${id}`)).json;
  return { losses: epochs.map(({ loss }: { loss: number }) => loss), version };
}

beforeAll(async () => {
  service = await startService();
  dataset = await upload({ rows });
  await put('source', network);
  await train('source');
});
afterAll(() => service.close());

it('goes on from where the version was, under its own name or another', async () => {
  const cold = await train('source');
  expect(cold.version).toBe(2);
  await put('fine', { ...network, initialize_from: from });
  const warm = await train('fine');
  expect(warm.losses[0]).toBeLessThan(cold.losses[0]! / 2);
  expect(warm.losses[0]).toBeLessThan(cold.losses.at(-1)! * 1.2);
  const shown = (await service.call('GET', '/api/v1/models/fine/versions/1')).json;
  expect(shown.config.initialize_from).toEqual(from);
});

describe('is refused at submit', () => {
  it.each([
    [
      'of a model that is not there',
      { initialize_from: { model: 'absent', version: 1 } },
      '/config/initialize_from',
    ],
    [
      'of a version that is not there',
      { initialize_from: { model: 'source', version: 9 } },
      '/config/initialize_from',
    ],
    ['with fewer features', { features: ['x'] }, '/config/features'],
    ['with another feature', { target: 'colour' }, '/config/features'],
    [
      'with a layer more',
      { hidden_layers: [...network.hidden_layers, ...network.hidden_layers] },
      '/config/hidden_layers',
    ],
    [
      'with more units',
      { hidden_layers: [{ units: 7, activation: 'tanh' }] },
      '/config/hidden_layers/0/units',
    ],
    [
      'with another activation',
      { hidden_layers: [{ units: 6, activation: 'relu' }] },
      '/config/hidden_layers/0/activation',
    ],
    ['with another transform', { preprocessing: { numeric: 'log1p' } }, '/config/preprocessing/numeric'],
    ['with other codes', { preprocessing: { category: 'ordinal' } }, '/config/preprocessing/category'],
    ['as another task', { target: 'x', features: ['z', 'colour', 'y'] }, '/config/task'],
  ])('%s', async (_, changes, pointer) => {
    const refused = await submit('source', { ...network, initialize_from: from, ...changes });
    expect(refused.status, refused.text).toBe(422);
    expect(refused.json.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });

  it('as another type of model', async () => {
    const config = { type: 'logistic_regression', target: 'y', initialize_from: from };
    expect((await submit('source', config)).json).toMatchObject({
      code: 'incompatible_version',
      errors: [{ pointer: '/config/type' }],
    });
  });

  it.each([
    ['has a class more', (i: number) => ['low', 'high', 'mid'][i % 3]],
    ['has another class', (i: number) => ['low', 'mid'][i % 2]],
  ])('when the target %s', async (_, y) => {
    const other = await upload({ rows: rows.map((row, i) => ({ ...row, y: y(i) })) });
    const refused = await submit('source', { ...network, initialize_from: from }, other);
    expect(refused.json).toMatchObject({
      code: 'incompatible_version',
      errors: [{ pointer: '/config/target' }],
    });
  });

  it('when a column has become text', async () => {
    const other = await upload({ rows: rows.map((row) => ({ ...row, z: `z${row.z}` })) });
    const refused = await submit('source', { ...network, initialize_from: from }, other);
    expect(refused.json.errors).toEqual([
      expect.objectContaining({ pointer: '/config/features', column: 'z' }),
    ]);
  });
});

it('keeps the version and its model while a job needs them', async () => {
  await put('other', network);
  const { id } = (await submit('other', { ...network, initialize_from: from })).json;
  expect((await service.call('DELETE', '/api/v1/models/source/versions/1')).json).toMatchObject({
    status: 409,
    code: 'version_in_use',
  });
  expect((await service.call('DELETE', '/api/v1/models/source')).json.code).toBe('model_in_use');
  await service.call('POST', `/api/v1/jobs/${id}/cancel`);
  expect((await service.call('DELETE', '/api/v1/models/source/versions/1')).status).toBe(204);
  expect((await submit('other', { ...network, initialize_from: from })).json.code).toBe('unknown_reference');
});
