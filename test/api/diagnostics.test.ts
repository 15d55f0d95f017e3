/** Seeing inside a training over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from './service.ts';

let service: TestService;
let dataset: string;

beforeAll(async () => {
  service = await startService();
  const rows = Array.from({ length: 60 }, (_, i) => ({
    x: Math.sin(i),
    z: Math.cos(3 * i),
    y: Math.sin(i) * Math.cos(3 * i) > 0 ? 'plus' : 'minus',
  }));
  dataset = (await service.call('POST', '/api/v1/datasets', { json: { rows } })).json.id;
});
afterAll(() => service.close());

async function trained(model: string, config: object): Promise<string> {
  await service.call('PUT', `/api/v1/models/${model}`, { json: { target: 'y', ...config } });
  const submitted = await service.call('POST', '/api/v1/jobs', { json: { model, dataset } });
  expect(submitted.status, submitted.text).toBe(202);
  await service.trainNext();
  return submitted.json.id;
}

describe('GET /jobs/{id}/diagnostics', () => {
  it('shows each layer of a network epoch by epoch, thinned on demand', async () => {
    const hidden = [
      { units: 4, activation: 'relu' },
      { units: 3, activation: 'tanh' },
    ];
    const job = await trained('net', { type: 'mlp', hidden_layers: hidden, epochs: 20 });
    const { json } = await service.call('GET', `/api/v1/jobs/${job}/diagnostics`);
    const shape = json.layers.map(({ name, activation }: Record<string, string>) => [name, activation]);
    expect(shape).toEqual([
      ['hidden_1', 'relu'],
      ['hidden_2', 'tanh'],
      ['output', 'identity'],
    ]);
    for (const { epochs } of json.layers) expect(epochs).toHaveLength(20);
    expect(json.layers[0].epochs[4]).toMatchObject({ epoch: 5, gradient_norm: expect.any(Number) });

    const thin = await service.call('GET', `/api/v1/jobs/${job}/diagnostics?max_points=3`);
    expect(thin.json.layers[1].epochs).toEqual([0, 10, 19].map((i) => json.layers[1].epochs[i]));
  });

  it('has no layers for a linear model', async () => {
    const job = await trained('linear', { type: 'logistic_regression' });
    const { json } = await service.call('GET', `/api/v1/jobs/${job}/diagnostics`);
    expect(json).toEqual({ layers: [], findings: [] });
  });

  it('is 404 for a job that is not there, and 422 for a bad max_points', async () => {
    const absent = `/api/v1/jobs/job_${'0'.repeat(26)}/diagnostics`;
    expect((await service.call('GET', absent)).json.code).toBe('job_not_found');
    expect((await service.call('GET', `${absent}?max_points=1`)).status).toBe(422);
  });
});

it('copies findings into the warnings of the job', async () => {
  const hidden = [{ units: 4, activation: 'identity' }];
  const job = await trained('folded', { type: 'mlp', hidden_layers: hidden, epochs: 5 });
  const { findings } = (await service.call('GET', `/api/v1/jobs/${job}/diagnostics`)).json;
  expect(findings).toMatchObject([{ code: 'linear_collapse', layer: 'hidden_1', epoch: 0, value: 2 }]);
  const [{ code, message }] = findings;
  expect((await service.call('GET', `/api/v1/jobs/${job}`)).json.warnings).toEqual([{ code, message }]);
});

it('refuses the last finite weights of a job that did not diverge', async () => {
  const job = await trained('fine', { type: 'logistic_regression' });
  const answer = await service.call('GET', `/api/v1/jobs/${job}/last-finite-weights`);
  expect([answer.status, answer.json.code]).toEqual([409, 'no_weights_kept']);
});

describe('what can be proved of a version', () => {
  it('folds identity layers, and measures that nothing has changed', async () => {
    const hidden = [
      { units: 5, activation: 'identity' },
      { units: 4, activation: 'identity' },
    ];
    await trained('linear_stack', { type: 'mlp', hidden_layers: hidden, epochs: 5 });
    const answer = await service.call('GET', '/api/v1/models/linear_stack/versions/1/collapse');
    expect(answer.status, answer.text).toBe(200);
    const { layers, max_abs_difference: difference, rows } = answer.json;
    expect(layers).toMatchObject([{ from: 'hidden_1', to: 'output' }]);
    expect(layers[0].weights.map((row: number[]) => row.length)).toEqual([1, 1]);
    expect(rows).toBe(60);
    expect(difference).toBeLessThan(1e-12);
  });

  it('has nothing to fold where each layer bends', async () => {
    await trained('bent', { type: 'mlp', hidden_layers: [{ units: 5, activation: 'tanh' }], epochs: 5 });
    const answer = await service.call('GET', '/api/v1/models/bent/versions/1/collapse');
    expect([answer.status, answer.json.code]).toEqual([409, 'nothing_to_collapse']);
  });

  it.each([
    ['a network', { type: 'mlp', hidden_layers: [{ units: 5, activation: 'relu' }], epochs: 5, l2: 0.01 }],
    ['a logistic regression', { type: 'logistic_regression' }],
  ])('checks the gradient of %s', async (_, config) => {
    const name = config.type === 'mlp' ? 'checked_net' : 'checked_glm';
    await trained(name, config);
    const answer = await service.call('POST', `/api/v1/models/${name}/versions/1/check-gradients`);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json.rows).toBe(60);
    expect(answer.json.max_relative_error).toBeLessThan(1e-5);
    expect(answer.json.tensors.at(-1)).toMatchObject({ name: 'output.bias', size: 1, checked: 1 });
  });

  it('refuses the gradient of a step, and a version that is not there', async () => {
    await trained('steps', { type: 'perceptron', epochs: 3 });
    const answer = await service.call('POST', '/api/v1/models/steps/versions/1/check-gradients');
    expect([answer.status, answer.json.code]).toEqual([409, 'no_gradient']);
    const absent = await service.call('GET', '/api/v1/models/steps/versions/9/collapse');
    expect([absent.status, absent.json.code]).toEqual([404, 'version_not_found']);
  });

  it('needs the dataset that it was trained on', async () => {
    const rows = [
      { x: 1, y: 2 },
      { x: 2, y: 3 },
      { x: 3, y: 7 },
    ];
    const other = (await service.call('POST', '/api/v1/datasets', { json: { rows } })).json.id;
    const config = { type: 'linear_regression', target: 'y' };
    await service.call('PUT', '/api/v1/models/orphan', { json: config });
    await service.call('POST', '/api/v1/jobs', { json: { model: 'orphan', dataset: other } });
    await service.trainNext();
    expect((await service.call('DELETE', `/api/v1/datasets/${other}`)).status).toBe(204);
    const answer = await service.call('POST', '/api/v1/models/orphan/versions/1/check-gradients');
    expect([answer.status, answer.json.code]).toEqual([404, 'dataset_not_found']);
  });
});
