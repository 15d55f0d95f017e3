/** How a network steps: the optimizers with their hyper-parameters, each with a schedule and a bound on the gradient. */
import { z } from 'zod';

const positive = z.number().positive();
const fraction = z.number().min(0).lt(1);

const warmup = {
  warmup_epochs: z.int().min(0).max(1_000_000).default(0).meta({
    description:
      'Epochs of a linear warm-up before the schedule starts: the e-th of w runs at e/(w + 1) of the learning rate',
  }),
};
const factor = z.number().positive().max(1);

export const Schedule = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('constant'), ...warmup }),
    z.strictObject({
      type: z.literal('step'),
      step_epochs: z.int().min(1).max(1_000_000).meta({ description: 'Epochs from one step to the next' }),
      factor: factor.default(0.1).meta({ description: 'Multiplies the learning rate at each step' }),
      ...warmup,
    }),
    z.strictObject({
      type: z.literal('exponential'),
      factor: factor.meta({ description: 'Multiplies the learning rate after each epoch' }),
      ...warmup,
    }),
    z.strictObject({
      type: z.literal('cosine'),
      minimum: z.number().min(0).default(0).meta({
        description: 'Learning rate that the half cosine ends at, at most the learning_rate',
      }),
      ...warmup,
    }),
  ])
  .meta({ id: 'Schedule', description: 'Learning rate of each epoch' });
export type Schedule = z.infer<typeof Schedule>;

const learningRate = (value: number) => positive.default(value);

const common = {
  schedule: Schedule.prefault({ type: 'constant' }),
  clip_norm: positive.nullable().default(null).meta({
    description: "Largest Euclidean norm of a step's whole gradient, penalties included; null for no bound",
  }),
};
const moments = {
  learning_rate: learningRate(0.001),
  beta1: fraction.default(0.9),
  beta2: fraction.default(0.999),
  epsilon: positive.default(1e-8),
};

/** Defaults, formulas and order of operations are PyTorch's. */
export const Optimizer = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('sgd'), learning_rate: learningRate(0.01), ...common }),
    z.strictObject({
      type: z.literal('momentum'),
      learning_rate: learningRate(0.01),
      momentum: fraction.default(0.9),
      ...common,
    }),
    z.strictObject({
      type: z.literal('nesterov'),
      learning_rate: learningRate(0.01),
      momentum: fraction.default(0.9),
      ...common,
    }),
    z.strictObject({
      type: z.literal('adagrad'),
      learning_rate: learningRate(0.01),
      epsilon: positive.default(1e-10),
      ...common,
    }),
    z.strictObject({
      type: z.literal('rmsprop'),
      learning_rate: learningRate(0.01),
      alpha: fraction.default(0.99).meta({ description: 'Decay of the running mean of squared gradients' }),
      epsilon: positive.default(1e-8),
      ...common,
    }),
    z.strictObject({ type: z.literal('adam'), ...moments, ...common }),
    z.strictObject({
      type: z.literal('adamw'),
      ...moments,
      weight_decay: z.number().min(0).default(0.01).meta({
        description:
          'Decoupled: every weight and bias is multiplied by 1 − learning_rate · weight_decay before the step. Beside l2, which is part of J',
      }),
      ...common,
    }),
  ])
  .check(({ value, issues }) => {
    const { learning_rate: rate, schedule } = value;
    if (schedule.type !== 'cosine' || schedule.minimum <= rate) return;
    issues.push({
      code: 'custom',
      path: ['schedule', 'minimum'],
      input: schedule.minimum,
      message: `at most the learning_rate, ${rate}`,
    });
  })
  .meta({ id: 'Optimizer' });
export type Optimizer = z.infer<typeof Optimizer>;
