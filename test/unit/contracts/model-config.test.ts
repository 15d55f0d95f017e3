/** The config of a network: that it offers what the registries have, and shows every default. */
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { ModelConfig } from '../../../src/contracts/model-config.ts';
import { Optimizer, Schedule } from '../../../src/contracts/optimizer.ts';
import { type OptimizerName, optimizers } from '../../../src/math/optimizers/index.ts';
import { schedules } from '../../../src/math/schedules/index.ts';
import { torchTrajectories } from '../math/goldens/torch-trajectories.ts';

const typesOf = (union: typeof Optimizer | typeof Schedule) =>
  (union.options as readonly { shape: { type: z.ZodLiteral<string> } }[]).map(
    ({ shape }) => shape.type.value,
  );

it('offers every optimizer and schedule of the registries, and no other', () => {
  expect(typesOf(Optimizer)).toEqual(Object.keys(optimizers));
  expect(typesOf(Schedule)).toEqual(Object.keys(schedules));
});

it('shows every default of a network', () => {
  const hidden = [{ units: 4, activation: 'gelu' }];
  expect(ModelConfig.parse({ type: 'mlp', target: 'y', hidden_layers: hidden })).toMatchObject({
    hidden_layers: [{ units: 4, activation: 'gelu', dropout: 0 }],
    l1: 0,
    l2: 0,
    optimizer: {
      ...{ type: 'adam', learning_rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
      schedule: { type: 'constant', warmup_epochs: 0 },
      clip_norm: null,
    },
    early_stopping: null,
    class_weight: null,
  });
  const stopping = ModelConfig.parse({ type: 'mlp', target: 'y', early_stopping: {} });
  expect(stopping).toMatchObject({
    early_stopping: { patience: 10, min_delta: 0, monitor: 'validation_loss' },
  });
});

describe('the hyper-parameters of an optimizer default to those of PyTorch 2.13', () => {
  const sgd = { learning_rate: 0.01 };
  const adam = { learning_rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  const expected: Record<OptimizerName, object> = {
    sgd,
    momentum: { ...sgd, momentum: 0.9 },
    nesterov: { ...sgd, momentum: 0.9 },
    adagrad: { ...sgd, epsilon: 1e-10 },
    rmsprop: { ...sgd, alpha: 0.99, epsilon: 1e-8 },
    adam,
    adamw: { ...adam, weight_decay: 0.01 },
  };
  it.each(Object.entries(expected))('%s', (type, hyperparameters) => {
    const { schedule: _schedule, clip_norm: _clip, ...parsed } = Optimizer.parse({ type });
    expect(parsed).toEqual({ type, ...hyperparameters });
    // What the goldens set is all that there is to set.
    expect(Object.keys(torchTrajectories.optimizers[type as OptimizerName].hyperparameters).sort()).toEqual(
      Object.keys(parsed).sort(),
    );
  });
});
