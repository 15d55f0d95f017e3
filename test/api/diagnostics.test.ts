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
