/** What a network's config may ask for, over HTTP: refusals at their pointers, labels checked at submit, an early stop. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from './service.ts';

let service: TestService;
let dataset: string;

/** Twelve categories, so that a profile's ten most frequent are not all of them. */
const names = Array.from({ length: 12 }, (_, i) => `class ${i}`).with(11, `it's "a/b~c"`);

beforeAll(async () => {
  service = await startService();
  const rows = Array.from({ length: 60 }, (_, i) => ({
    x: Math.sin(i),
    name: names[i % 12],
    level: [-1, 0, 7][i % 3],
    isOdd: i % 2 === 1,
  }));
  const made = await service.call('POST', '/api/v1/datasets', { json: { rows } });
  expect(made.status, made.text).toBe(201);
  dataset = made.json.id;
});
afterAll(() => service.close());

const config = { type: 'mlp', target: 'isOdd', hidden_layers: [{ units: 4, activation: 'relu' }] };

/** The option, and the pointer and message of each of its problems. */
const refusals: [string, object, [string, string][]][] = [
  [
    'an unknown activation',
    { hidden_layers: [{ units: 1, activation: 'swish' }] },
    [['/hidden_layers/0/activation', 'expected one of']],
  ],
  [
    'a dropout of 1',
    { hidden_layers: [{ units: 1, activation: 'elu', dropout: 1 }] },
    [['/hidden_layers/0/dropout', 'less than 1']],
  ],
  [
    'an unknown initializer',
    { hidden_layers: [{ units: 1, activation: 'elu', initializer: 'zeros' }] },
    [['/hidden_layers/0/initializer', 'expected one of "he", "glorot", "lecun"']],
  ],
  ['an unknown optimizer', { optimizer: { type: 'lion' } }, [['/optimizer/type', '"adamw", got "lion"']]],
  [
    "another optimizer's hyper-parameter",
    { optimizer: { type: 'adam', momentum: 0.9 } },
    [['/optimizer/momentum', 'unknown field']],
  ],
  [
    'a negative weight decay',
    { optimizer: { type: 'adamw', weight_decay: -1 } },
    [['/optimizer/weight_decay', 'at least 0']],
  ],
  [
    'a norm of 0 to clip to',
    { optimizer: { type: 'sgd', clip_norm: 0 } },
    [['/optimizer/clip_norm', 'more than 0']],
  ],
  [
    'an unknown schedule',
    { optimizer: { type: 'sgd', schedule: { type: 'linear' } } },
    [['/optimizer/schedule/type', 'got "linear"']],
  ],
  [
    'a step schedule without its step',
    { optimizer: { type: 'sgd', schedule: { type: 'step', factor: 2 } } },
    [
      ['/optimizer/schedule/step_epochs', 'got nothing'],
      ['/optimizer/schedule/factor', 'at most 1, got 2'],
    ],
  ],
  [
    'a minimum above the learning rate',
    { optimizer: { type: 'sgd', schedule: { type: 'cosine', minimum: 0.02 } } },
    [['/optimizer/schedule/minimum', 'expected at most the learning_rate, 0.01, got 0.02']],
  ],
  [
    'a warm-up as long as the training',
    { epochs: 5, optimizer: { type: 'sgd', schedule: { type: 'constant', warmup_epochs: 5 } } },
    [['/optimizer/schedule/warmup_epochs', 'expected fewer warm-up epochs than epochs, 5, got 5']],
  ],
  ['a patience of 0', { early_stopping: { patience: 0 } }, [['/early_stopping/patience', 'at least 1']]],
  [
    'a monitor of its own',
    { early_stopping: { monitor: 'accuracy' } },
    [['/early_stopping/monitor', 'expected one of "validation_loss", "loss"']],
  ],
  [
    'a monitored split that there is not',
    { early_stopping: {}, validation: { fraction: 0 } },
    [['/early_stopping/monitor', 'expected "loss", or a validation split']],
  ],
  [
    'another word for balanced',
    { class_weight: 'equal' },
    [['/class_weight', 'expected "balanced" or an object, got "equal"']],
  ],
  ['a class weight of 0', { class_weight: { true: 0 } }, [['/class_weight/true', 'more than 0']]],
  ['a negative l1', { l1: -0.1 }, [['/l1', 'at least 0']]],
];

describe('a model config', () => {
  it.each(refusals)('is refused for %s', async (_what, options, problems) => {
    const answer = await service.call('PUT', '/api/v1/models/net', { json: { ...config, ...options } });
    expect(answer.status, answer.text).toBe(422);
    const { errors } = answer.json as { errors: { pointer: string; code: string; message: string }[] };
    expect(errors.map(({ pointer }) => pointer)).toEqual(problems.map(([pointer]) => pointer));
    errors.forEach(({ message, code }, i) => {
      expect(message).toContain(problems[i][1]);
      expect(code).toMatch(/^(invalid_value|too_small|too_large|unknown_field|missing_field)$/);
    });
  });
});

describe('a class_weight by label', () => {
  const submit = (target: string, weights: object) =>
    service.call('POST', '/api/v1/jobs', {
      json: {
        model: 'net',
        dataset,
        config: { ...config, target, task: 'classification', class_weight: weights },
      },
    });

  beforeAll(async () => {
    await service.call('PUT', '/api/v1/models/net', { json: config });
  });

  it.each([
    ['name', Object.fromEntries(names.map((name) => [name, 2]))],
    ['level', { '-1': 2, '7': 0.5 }],
    ['isOdd', { true: 3 }],
    ['name', {}],
  ])('is taken for labels that %s has', async (target, weights) => {
    const answer = await submit(target, weights);
    expect(answer.status, answer.text).toBe(202);
    expect(answer.json.config.class_weight).toEqual(weights);
    await service.call('POST', `/api/v1/jobs/${answer.json.id}/cancel`);
  });

  it.each([
    ['name', ['class 99', 'Class 1', 'class 1 ', '', "'; DROP TABLE x; --", '\u0000', '😀', 'null']],
    ['level', ['1', '7.0', '+7', '-0', '1e0', 'NaN', 'Infinity', '0x7', ' 7', 'seven', '']],
    ['isOdd', ['1', 'True', 'TRUE', '0']],
  ])('is refused for labels that %s has not, each by its pointer', async (target, labels) => {
    const answer = await submit(target, Object.fromEntries(labels.map((label) => [label, 1])));
    expect(answer.status, answer.text).toBe(422);
    expect(answer.json.code).toBe('unknown_reference');
    const pointers = answer.json.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(pointers.toSorted()).toEqual(labels.map((label) => `/config/class_weight/${label}`).toSorted());
  });

  it('is refused beside an unknown target, without asking for its labels', async () => {
    const answer = await submit('nobody', { a: 1 });
    const pointers = answer.json.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(pointers).toContain('/config/target');
  });
});

it('a job that stops early says so, and which epoch its weights are of', async () => {
  const options = {
    ...{ target: 'level', task: 'regression', epochs: 500, early_stopping: { patience: 2 } },
    optimizer: { type: 'rmsprop', learning_rate: 0.5 },
  };
  const json = { model: 'net', dataset, config: { ...config, ...options } };
  const submitted = await service.call('POST', '/api/v1/jobs', { json });
  expect(submitted.status, submitted.text).toBe(202);
  await service.trainNext();
  const job = (await service.call('GET', `/api/v1/jobs/${submitted.json.id}`)).json;
  expect(job).toMatchObject({ state: 'succeeded', stop_reason: 'early_stopping', progress: { epochs: 500 } });
  const history = (await service.call('GET', `/api/v1/jobs/${submitted.json.id}/history`)).json.epochs;
  const losses = history.map((epoch: { validation_loss: number }) => epoch.validation_loss);
  const best = 1 + losses.indexOf(Math.min(...losses));
  expect(job.progress.epoch).toBe(history.length);
  expect(job.warnings).toContainEqual({
    code: 'best_weights_restored',
    message: expect.stringContaining(`epoch ${best} of ${history.length}, whose validation_loss`),
  });
});
