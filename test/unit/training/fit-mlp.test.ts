/** Networks from table to weights: resumed to the same bits, best weights kept, clipped, weighted by class, penalised. */
import { describe, expect, it } from 'vitest';
import type { EpochRecord } from '../../../src/contracts/job.ts';
import { createReferenceKernels } from '../../../src/math/kernels/reference.ts';
import { sharedMatrix } from '../../../src/math/matrix.ts';
import { optimizers } from '../../../src/math/optimizers/index.ts';
import { decodeWeights } from '../../../src/training/model-weights.ts';
import { prepareData } from '../../../src/training/prepare-data.ts';
import { type FinishedTraining, type TrainingRun, train } from '../../../src/training/train.ts';
import { noisyTable, resolved } from './table-fixtures.ts';

const table = noisyTable(60);

function mlp(options: Record<string, unknown> = {}) {
  const hidden = [{ units: 6, activation: 'tanh' }];
  const base = { type: 'mlp', target: 'label', features: ['a', 'b', 'color'], task: 'classification' };
  return resolved({ ...base, hidden_layers: hidden, batch_size: 16, epochs: 12, ...options });
}

interface Trained extends FinishedTraining {
  readonly history: EpochRecord[];
  readonly flat: number[];
}

/** Trains to the end; with `stopEvery`, drained after every so many epochs and resumed from the checkpoint. */
function run(config: TrainingRun['config'], stopEvery = 0): Trained {
  const history: EpochRecord[] = [];
  let checkpoint: Uint8Array | null = null;
  for (;;) {
    const started = history.length;
    const outcome = train({
      config,
      table,
      dataHash: '',
      checkpoint,
      createKernels: createReferenceKernels,
      control: () => (stopEvery > 0 && history.length - started >= stopEvery ? 'drain' : 'continue'),
      nowMs: () => 0,
      onEpoch: (record) => history.push(record),
      onCheckpoint: (_epoch, state) => {
        checkpoint = state;
      },
    });
    if (outcome.kind === 'finished')
      return { ...outcome, history, flat: [...decodeWeights(outcome.trained, outcome.weights)] };
  }
}

const dropouts = [
  { units: 7, activation: 'gelu', dropout: 0.3 },
  { units: 5, activation: 'elu', dropout: 0.2, initializer: 'lecun' },
];
const everything = {
  hidden_layers: dropouts,
  l1: 0.001,
  l2: 0.01,
  epochs: 40,
  class_weight: 'balanced',
  early_stopping: { patience: 4, min_delta: 0.001 },
  validation: { fraction: 0.2 },
};
const schedule = { type: 'cosine', minimum: 1e-4, warmup_epochs: 3 };

describe('resuming', () => {
  it.each(Object.keys(optimizers))('continues to identical bits with everything on: %s', (type) => {
    const config = mlp({ ...everything, optimizer: { type, learning_rate: 0.02, clip_norm: 0.5, schedule } });
    const whole = run(config);
    for (const stopEvery of [1, 3]) {
      const parts = run(config, stopEvery);
      expect(parts.history).toEqual(whole.history);
      expect(parts.weightsSha256).toBe(whole.weightsSha256);
      expect(parts.stopReason).toBe(whole.stopReason);
      expect(parts.warnings).toEqual(whole.warnings);
    }
  });
});

it('measures the validation rows with every unit in its place', () => {
  const { history, metrics } = run(mlp({ hidden_layers: dropouts, validation: { fraction: 0.3 } }));
  // Both are the mean log loss of the same network: predict clips and sums in another order.
  const { log_loss: logLoss } = metrics.validation as { log_loss: number };
  expect(history.at(-1)!.validation_loss).toBeCloseTo(logLoss, 6);
});

describe('early stopping', () => {
  const validation = { fraction: 0.25 };
  const optimizer = { type: 'adam', learning_rate: 0.1 };
  const hidden = [{ units: 40, activation: 'relu', dropout: 0.2 }];
  const base = { hidden_layers: hidden, validation, optimizer };
  const stopped = run(mlp({ ...base, epochs: 500, early_stopping: { patience: 5 } }));
  const lossOf = ({ history }: Trained) => history.map((record) => record.validation_loss!);
  const bestEpoch = 1 + lossOf(stopped).indexOf(Math.min(...lossOf(stopped)));

  it('stops `patience` epochs after the best', () => {
    expect(stopped.stopReason).toBe('early_stopping');
    expect(stopped.history.length).toBe(bestEpoch + 5);
    expect(stopped.warnings.map(({ code }) => code)).toContain('best_weights_restored');
  });

  it('keeps the weights, and so the metrics, that training to the best epoch alone gives', () => {
    const toBest = run(mlp({ ...base, epochs: bestEpoch }));
    expect(stopped.weightsSha256).toBe(toBest.weightsSha256);
    expect(stopped.metrics).toEqual(toBest.metrics);
  });

  it('keeps the best ones when the last epoch ends the job, too', () => {
    const toEnd = run(mlp({ ...base, epochs: bestEpoch + 2, early_stopping: { patience: 5 } }));
    expect(toEnd.stopReason).toBe('max_epochs');
    expect(toEnd.weightsSha256).toBe(stopped.weightsSha256);
  });

  it('can watch the training loss without a validation split', () => {
    const stopping = { patience: 3, min_delta: 0.01, monitor: 'loss' };
    const { stopReason, history } = run(
      mlp({ ...base, validation: { fraction: 0 }, epochs: 500, early_stopping: stopping }),
    );
    expect(stopReason).toBe('early_stopping');
    expect(history.at(-1)!.validation_loss).toBeNull();
  });
});

describe('the first step', () => {
  const once = { batch_size: 1000, epochs: 1, validation: { fraction: 0 } };
  const initial = run(mlp({ ...once, optimizer: { type: 'sgd', learning_rate: 1e-30 } })).flat;
  const stepOf = (options: Record<string, unknown>) =>
    run(mlp({ ...once, ...options })).flat.map((value, i) => value - initial[i]);
  const sgd = { type: 'sgd', learning_rate: 1 };

  it('is clip_norm long where the gradient is longer, in its direction', () => {
    const [free, clipped] = [stepOf({ optimizer: sgd }), stepOf({ optimizer: { ...sgd, clip_norm: 0.01 } })];
    // Weights near 1 in f32 keep steps to 6e-8 each: 1e-6 of 33 of them.
    expect(Math.hypot(...free)).toBeGreaterThan(0.1);
    expect(Math.abs(Math.hypot(...clipped) - 0.01)).toBeLessThan(2e-6);
    const cosine = free.reduce((sum, value, i) => sum + value * clipped[i], 0);
    expect(cosine / (Math.hypot(...free) * Math.hypot(...clipped))).toBeGreaterThan(1 - 1e-6);
    const long = stepOf({ optimizer: { ...sgd, clip_norm: 10 } });
    expect(long).toEqual(free);
  });

  it('is at the first rate of the warm-up', () => {
    const schedule = { type: 'constant', warmup_epochs: 3 };
    const warm = run(mlp({ ...once, epochs: 4, optimizer: { ...sgd, schedule } }));
    const first = run(mlp({ ...once, optimizer: { ...sgd, learning_rate: 0.25 } }));
    expect(warm.history[1].loss).not.toBe(run(mlp({ ...once, epochs: 2, optimizer: sgd })).history[1].loss);
    const second = run(mlp({ ...once, epochs: 2, optimizer: { ...sgd, learning_rate: 0.25 } }));
    expect(first.history[0]).toEqual(warm.history[0]);
    expect(second.history[1].loss).toBe(warm.history[1].loss);
  });

  it('by AdamW takes α·weight_decay of each weight and bias more than by Adam', () => {
    const adam = stepOf({ optimizer: { type: 'adam', learning_rate: 0.01 } });
    const adamw = stepOf({ optimizer: { type: 'adamw', learning_rate: 0.01, weight_decay: 5 } });
    adamw.forEach((step, i) => {
      expect(Math.abs(step - (adam[i] - 0.05 * initial[i]))).toBeLessThan(1e-6);
    });
  });
});

describe('class weights', () => {
  it('multiply the loss of each row, in training and validation alike', () => {
    const still = {
      optimizer: { type: 'sgd', learning_rate: 1e-30 },
      epochs: 1,
      validation: { fraction: 0.3 },
    };
    const losses = (weights: unknown) => {
      const { loss, validation_loss: held } = run(mlp({ ...still, class_weight: weights })).history[0];
      return [loss, held!];
    };
    const [plain, no, yes] = [losses(null), losses({ no: 3 }), losses({ yes: 3 })];
    // Tripling each class adds twice its share of the loss: both together add twice the whole.
    for (const i of [0, 1]) expect(no[i] + yes[i]).toBeCloseTo(4 * plain[i], 6);
    expect(no[0]).not.toBeCloseTo(yes[0], 3);
    expect(losses({ no: 1, yes: 1 })).toEqual(plain);
  });

  it('draw the predictions towards the class that weighs more', () => {
    const predicted = (weights: unknown) => {
      const { metrics } = run(mlp({ epochs: 30, class_weight: weights }));
      return (metrics.train as { confusion_matrix: number[][] }).confusion_matrix.map((row) => row[1]);
    };
    const [few, many] = [predicted({ no: 20 }), predicted({ yes: 20 })];
    expect(many[0] + many[1]).toBeGreaterThan(few[0] + few[1] + 5);
  });

  it('of `balanced` are counted on the training rows', () => {
    const config = mlp({
      target: 'grade',
      class_weight: 'balanced',
      validation: { fraction: 0.4, stratify: false },
    });
    const { train: rows, classes } = prepareData(
      config,
      { table },
      (rows, columns, dtype) => sharedMatrix(rows, columns, columns, dtype),
      () => {},
    );
    const counts = classes!.map((_, code) => rows.truth.filter((value) => value === code).length);
    expect(new Set(counts).size).toBeGreaterThan(1);
    rows.truth.forEach((code, i) => {
      expect(rows.weights![i]).toBe(rows.truth.length / (3 * counts[code]));
    });
  });
});

it('l1 brings weights close to 0 that l2 of the same strength only shrinks', () => {
  const small = (options: Record<string, unknown>) =>
    run(mlp({ epochs: 150, optimizer: { type: 'sgd', learning_rate: 0.05 }, ...options })).flat.filter(
      (weight) => Math.abs(weight) < 0.005,
    ).length;
  expect(small({ l1: 0.05 })).toBeGreaterThan(small({ l2: 0.05 }) + 5);
});
