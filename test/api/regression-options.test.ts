/** What a regression's config may ask for, over HTTP: refusals at their pointers, defaults shown back, what auto stood for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from './service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const put = (config: object) =>
  service.call('PUT', '/api/v1/models/m', { json: { target: 'y', type: 'logistic_regression', ...config } });

const refusals: [string, object, [string, string][]][] = [
  ...['newton', 'lbfgs'].map((type): [string, object, [string, string][]] => [
    `l1 with ${type}`,
    { l1: 0.1, solver: { type } },
    [['/l1', `expected 0 with solver ${type}, which needs a smooth J (proximal_gradient takes l1), got 0.1`]],
  ]),
  [
    'l1 with the normal equations',
    { type: 'linear_regression', l1: 0.1, solver: { type: 'normal_equations' } },
    [['/l1', 'expected 0 with solver normal_equations']],
  ],
  [
    'the normal equations of a logistic regression',
    { solver: { type: 'normal_equations' } },
    [['/solver/type', 'expected one of']],
  ],
  ['a negative l1', { l1: -1 }, [['/l1', 'at least 0']]],
  [
    "sgd's settings with another solver, all of them",
    { solver: { type: 'newton' }, epochs: 3, optimizer: { type: 'adam' }, early_stopping: null },
    [
      ['/optimizer', 'expected no optimizer with solver newton, only sgd has it'],
      ['/epochs', 'expected no epochs with solver newton, only sgd has it, got 3'],
      ['/early_stopping', 'expected no early_stopping with solver newton, only sgd has it'],
    ],
  ],
  [
    'iterations of sgd',
    { solver: { type: 'sgd', max_iterations: 10 } },
    [['/solver/max_iterations', 'unknown field']],
  ],
  [
    'as many warm-up epochs as epochs of sgd',
    {
      solver: { type: 'sgd' },
      epochs: 5,
      optimizer: { type: 'sgd', schedule: { type: 'constant', warmup_epochs: 5 } },
    },
    [['/optimizer/schedule/warmup_epochs', 'fewer warm-up epochs than epochs, 5']],
  ],
  [
    'an early stop of sgd on a validation loss that there is not',
    { solver: { type: 'sgd' }, early_stopping: {} },
    [['/early_stopping/monitor', 'a validation split']],
  ],
  ['a class weight of 0', { class_weight: { a: 0 } }, [['/class_weight/a', 'more than 0']]],
  [
    'a class weight of a perceptron that is no number',
    { type: 'perceptron', class_weight: { a: 'much' } },
    [['/class_weight/a', 'number']],
  ],
  [
    'class weights of a linear regression',
    { type: 'linear_regression', class_weight: 'balanced' },
    [['/class_weight', 'unknown field']],
  ],
  ['l1 of a perceptron', { type: 'perceptron', l1: 0.1 }, [['/l1', 'unknown field']]],
];

describe('refuses', () => {
  it.each(refusals)('%s', async (_what, config, problems) => {
    const { status, json } = await put(config);
    expect(status).toBe(422);
    const found = json.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(found).toEqual(problems.map(([pointer]) => pointer));
    problems.forEach(([, message], i) => {
      expect(json.errors[i].message).toContain(message);
    });
  });
});

it('fills in what sgd needs and shows it back, and nothing of it for other solvers', async () => {
  const sgd = await put({ solver: { type: 'sgd' }, epochs: 7 });
  expect(sgd.json.config).toMatchObject({
    l1: 0,
    solver: { type: 'sgd' },
    optimizer: { type: 'adam', learning_rate: 0.001, schedule: { type: 'constant' } },
    epochs: 7,
    batch_size: 32,
    shuffle: true,
    early_stopping: null,
    class_weight: null,
  });
  // What was shown can be sent again.
  const again = await put(sgd.json.config);
  expect(again.json.config).toEqual(sgd.json.config);
  const newton = await put({ solver: { type: 'newton' } });
  expect(newton.json.config).not.toHaveProperty('epochs');
  expect(newton.json.config).not.toHaveProperty('optimizer');
});
