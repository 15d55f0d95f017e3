/** The same bits however often a training is stopped and resumed; stops that are immediate; checkpoints that are refused. */
import { describe, expect, it } from 'vitest';
import type { EpochRecord } from '../../../src/contracts/job.ts';
import type { ResolvedModelConfig } from '../../../src/contracts/model-config.ts';
import type { Table } from '../../../src/data/table.ts';
import { createReferenceKernels } from '../../../src/math/kernels/reference.ts';
import { CheckpointError } from '../../../src/training/checkpoint.ts';
import { runTraining, trainToEnd, trainUntilDrained } from './run-training.ts';
import { noisyTable, resolved, wideTable } from './table-fixtures.ts';

const features = ['a', 'b', 'color'];
const table = noisyTable(90);
const validation = { fraction: 0.2 };

const network = (optimizer: object, more: object = {}) =>
  resolved({
    type: 'mlp',
    task: 'classification',
    target: 'grade',
    features,
    hidden_layers: [
      { units: 5, activation: 'relu' },
      { units: 4, activation: 'tanh' },
    ],
    optimizer,
    epochs: 7,
    batch_size: 16,
    validation,
    ...more,
  });
const logistic = (solver: object, more: object = {}) =>
  resolved({ type: 'logistic_regression', target: 'grade', features, validation, solver, ...more });
const linear = (solver: object) =>
  resolved({ type: 'linear_regression', target: 'price', features, validation, solver });

/** None stops before its seventh epoch but where it says so. */
const families: Record<string, ResolvedModelConfig> = {
  'mlp, adam': network({ type: 'adam', learning_rate: 0.01 }, { l2: 0.01 }),
  'mlp, momentum': network({ type: 'momentum' }),
  'mlp, sgd, rows in order': network({ type: 'sgd' }, { shuffle: false }),
  'mlp, a regression': network({ type: 'adam' }, { target: 'price', task: 'regression' }),
  'logistic, newton': logistic({ type: 'newton' }),
  'logistic, lbfgs': logistic({ type: 'lbfgs', max_iterations: 30 }),
  'logistic, gradient_descent': logistic({ type: 'gradient_descent', max_iterations: 7 }, { l2: 0.1 }),
  'logistic, proximal_gradient': logistic({ type: 'proximal_gradient', max_iterations: 9 }, { l1: 0.02 }),
  'logistic, sgd': logistic({ type: 'sgd' }, { epochs: 7, batch_size: 16, class_weight: 'balanced' }),
  'linear, lbfgs': linear({ type: 'lbfgs' }),
  'linear, gradient_descent': linear({
    type: 'gradient_descent',
    max_iterations: 7,
    reduction: 'sum',
    learning_rate: 0.001,
  }),
  perceptron: resolved({
    type: 'perceptron',
    target: 'grade',
    features,
    epochs: 7,
    validation,
    class_weight: 'balanced',
  }),
};

const withoutSeconds = (records: readonly EpochRecord[]) => records.map(({ seconds: _, ...rest }) => rest);

describe.each(Object.entries(families))('%s', (_, config) => {
  const undisturbed = trainToEnd(config, table);
  const epochs = undisturbed.records.length;

  it('gives the same bits when it is run again', () => {
    const again = trainToEnd(config, table);
    expect(again.outcome).toEqual(undisturbed.outcome);
    expect(withoutSeconds(again.records)).toEqual(withoutSeconds(undisturbed.records));
  });

  it('gives the same bits and the same history when it is drained at any epoch and resumed', () => {
    expect(epochs).toBeGreaterThan(2);
    for (let epoch = 1; epoch < epochs; epoch++) {
      const first = trainUntilDrained(config, table, epoch);
      expect(first.epoch).toBe(epoch);
      const second = trainToEnd(config, table, { checkpoint: first.state });
      expect(second.outcome).toEqual(undisturbed.outcome);
      expect(withoutSeconds([...first.records, ...second.records])).toEqual(
        withoutSeconds(undisturbed.records),
      );
    }
  });

  it('gives the same bits when it is drained at every epoch', () => {
    const records: EpochRecord[] = [];
    let state: Uint8Array | null = null;
    for (let epoch = 1; epoch < epochs; epoch++) {
      const drained = trainUntilDrained(config, table, 1, state);
      expect(drained.epoch).toBe(epoch);
      records.push(...drained.records);
      state = drained.state;
    }
    const last = trainToEnd(config, table, { checkpoint: state });
    expect(last.outcome).toEqual(undisturbed.outcome);
    expect(withoutSeconds([...records, ...last.records])).toEqual(withoutSeconds(undisturbed.records));
  });

  it('gives the same bits when it leaves a checkpoint at every epoch, and none after the last', () => {
    const run = trainToEnd(config, table, { control: () => 'checkpoint' });
    expect(run.outcome).toEqual(undisturbed.outcome);
    expect(run.checkpoints.map(({ epoch }) => epoch)).toEqual(
      Array.from({ length: epochs - 1 }, (_, i) => i + 1),
    );
  });
});

/** Drains after every so many looks at the control word, wherever in an epoch they come, and resumes until the end. */
function trainInPieces(config: ResolvedModelConfig, data: Table, looks: number) {
  const records: EpochRecord[] = [];
  let checkpoint: Uint8Array | null = null;
  for (let pieces = 1; ; pieces++) {
    let left = looks;
    const run = runTraining(config, data, { checkpoint, control: () => (--left < 0 ? 'drain' : 'continue') });
    records.push(...run.records);
    if (run.outcome.kind === 'finished') return { outcome: run.outcome, records, pieces };
    expect(run.checkpoints).toHaveLength(1);
    // Mostly from within an epoch: its record is still to come.
    expect(run.checkpoints[0].epoch).toBe(records.length);
    checkpoint = run.checkpoints[0].state;
  }
}

describe('in the middle of an epoch', () => {
  const wide = wideTable(4_000, 120);
  const wideFeatures = wide.columns.slice(1).map(({ name }) => name);
  const inEpochs: Record<string, readonly [ResolvedModelConfig, Table]> = {
    'mlp with everything that a step changes': [
      network(
        { type: 'adam', clip_norm: 0.5, schedule: { type: 'cosine', warmup_epochs: 2 } },
        {
          hidden_layers: [{ units: 6, activation: 'gelu', dropout: 0.3 }],
          l1: 0.001,
          early_stopping: { patience: 2 },
          class_weight: 'balanced',
          batch_size: 8,
        },
      ),
      table,
    ],
    perceptron: [
      resolved({ type: 'perceptron', target: 'grade', features: wideFeatures, epochs: 2, validation }),
      wide,
    ],
  };

  it.each(Object.entries(inEpochs))(
    'a drain of %s leads to the same bits and history',
    (_, [config, data]) => {
      const undisturbed = trainToEnd(config, data);
      for (const looks of [1, 9]) {
        const run = trainInPieces(config, data, looks);
        expect(run.pieces).toBeGreaterThan(undisturbed.records.length / 2);
        expect(run.outcome).toEqual(undisturbed.outcome);
        expect(withoutSeconds(run.records)).toEqual(withoutSeconds(undisturbed.records));
      }
    },
  );

  it('a checkpoint is left at each step that asks for one, and at the epoch’s end only where that is enough', () => {
    const [config, data] = inEpochs['mlp with everything that a step changes'];
    const stepsOfEpoch = Math.ceil((90 * 0.8) / 8);
    const epochsOf = (word: 'checkpoint' | 'checkpoint_now') =>
      trainToEnd(config, data, { control: () => word }).checkpoints.map(({ epoch }) => epoch);
    expect(epochsOf('checkpoint').slice(0, 3)).toEqual([1, 2, 3]);
    // After the last step of an epoch its end leaves the one.
    const first = epochsOf('checkpoint_now').slice(0, 2 * stepsOfEpoch - 1);
    expect(first).toEqual([...new Array(stepsOfEpoch - 1).fill(0), ...new Array(stepsOfEpoch).fill(1)]);
  });

  it('the time that the epoch has taken so far is not forgotten', () => {
    const [config, data] = inEpochs.perceptron;
    // A clock that stands but for 5 s in the first epoch.
    let looks = 0;
    const first = runTraining(config, data, {
      nowMs: () => (looks++ === 0 ? 0 : 5_000),
      control: () => 'drain',
    });
    const second = trainToEnd(config, data, { checkpoint: first.checkpoints[0].state, nowMs: () => 0 });
    expect(second.records.map(({ seconds }) => seconds)).toEqual([5, 0]);
  });
});

describe('the seed', () => {
  it('makes other weights', () => {
    const config = network({ type: 'adam' }, { validation: { fraction: 0 } });
    const hashes = [0, 1, 2 ** 32 - 1].map(
      (seed) => trainToEnd({ ...config, seed }, table).outcome.weightsSha256,
    );
    expect(new Set(hashes).size).toBe(3);
  });

  it('holds other rows back', () => {
    const config = logistic({ type: 'newton' });
    const [zero, one] = [0, 1].map((seed) => trainToEnd({ ...config, seed }, table).outcome);
    expect(zero.weightsSha256).not.toBe(one.weightsSha256);
  });

  it('is nothing to a convex problem without validation rows', () => {
    const config = logistic({ type: 'newton' }, { validation: { fraction: 0 } });
    const [zero, one] = [0, 1].map((seed) => trainToEnd({ ...config, seed }, table).outcome);
    expect(zero.weightsSha256).toBe(one.weightsSha256);
  });
});

describe('a cancel', () => {
  /** Large enough that an epoch takes several polls, which are a batch or 2²² multiply-adds apart. */
  const large = wideTable(12_000, 120);
  const wideFeatures = large.columns.slice(1).map(({ name }) => name);
  const of = (config: ResolvedModelConfig) => ({ ...config, features: wideFeatures });
  const configs: Record<string, ResolvedModelConfig> = {
    mlp: of(network({ type: 'adam' }, { batch_size: 256 })),
    'logistic, newton': of(logistic({ type: 'newton' })),
    'logistic, lbfgs': of(logistic({ type: 'lbfgs' })),
    'logistic, gradient_descent': of(logistic({ type: 'gradient_descent' })),
    perceptron: of(resolved({ type: 'perceptron', target: 'grade', features, validation })),
  };

  /** Polls up to the end of the second epoch. */
  function pollsOfTwoEpochs(config: ResolvedModelConfig): number {
    let polls = 0;
    let epochs = 0;
    runTraining(config, large, {
      onEpoch: () => void epochs++,
      control() {
        polls++;
        return epochs < 2 ? 'continue' : 'cancel';
      },
    });
    return polls;
  }

  it.each(Object.entries(configs))('stops %s at whatever poll it comes, in an epoch too', (_, config) => {
    const total = pollsOfTwoEpochs(config);
    expect(total).toBeGreaterThan(8);
    for (const at of [1, 2, 3, 4, Math.ceil(total / 2), total - 2, total - 1]) {
      let polls = 0;
      const run = runTraining(config, large, { control: () => (++polls === at ? 'cancel' : 'continue') });
      expect(run.outcome).toEqual({ kind: 'stopped' });
      expect(polls).toBe(at);
      expect(run.records.length).toBeLessThan(2);
      expect(run.checkpoints).toEqual([]);
    }
  });

  it('comes through while the final metrics are measured', () => {
    const config = of(network({ type: 'adam' }, { epochs: 1 }));
    let isLastEpochDone = false;
    const run = runTraining(config, large, {
      onEpoch: () => {
        isLastEpochDone = true;
      },
      control: () => (isLastEpochDone ? 'cancel' : 'continue'),
    });
    expect(run.outcome).toEqual({ kind: 'stopped' });
  });
});

describe('a checkpoint is refused', () => {
  const config = network({ type: 'adam' });
  const { state } = trainUntilDrained(config, table, 3);
  const resume = (resumedConfig: ResolvedModelConfig, resumedTable: Table, checkpoint = state) =>
    runTraining(resumedConfig, resumedTable, { checkpoint });

  it.each([
    ['seed', { ...config, seed: 1 }],
    ['layers', network({ type: 'adam' }, { hidden_layers: [] })],
    ['optimizer', network({ type: 'sgd' })],
  ])('of another config: %s', (_, other) => {
    expect(() => resume(other, table)).toThrow(CheckpointError);
    expect(() => resume(other, table)).toThrow('the checkpoint is of other config');
  });

  it('of other data', () => {
    const other = () => runTraining(config, table, { checkpoint: state, dataHash: 'other' });
    expect(other).toThrow(CheckpointError);
    expect(other).toThrow('the checkpoint is of other data: expected hash other');
  });

  it.each([0, 100, -40, -1])('with byte %i damaged', (at) => {
    const damaged = state.slice();
    damaged[(at + damaged.length) % damaged.length] ^= 0x10;
    expect(() => resume(config, table, damaged)).toThrow(CheckpointError);
  });

  it("but not for the order of the config's keys, which a store may change", () => {
    const reversed = Object.fromEntries(Object.entries(config).reverse()) as ResolvedModelConfig;
    expect(resume(reversed, table).outcome).toEqual(trainToEnd(config, table).outcome);
  });
});

describe('another engine', () => {
  const config = network({ type: 'adam' });
  const on = (engine: string) => ({
    createKernels: (dtype: 'f32' | 'f64') => ({ ...createReferenceKernels(dtype), engine }),
  });

  it('takes a job over with a warning that names both, though it was drained there again', () => {
    const first = trainUntilDrained(config, table, 2);
    const second = runTraining(config, table, {
      checkpoint: first.state,
      ...on('other/1'),
      control: () => 'drain',
    });
    const third = trainToEnd(config, table, { checkpoint: second.checkpoints[0].state, ...on('other/1') });
    expect(third.outcome.engine).toBe('other/1');
    expect(third.outcome.warnings).toEqual([
      { code: 'engine_changed', message: expect.stringContaining('"reference/1", "other/1"') },
    ]);
  });

  it('is no matter where it was one from start to end', () => {
    expect(trainToEnd(config, table, on('other/1')).outcome).toMatchObject({
      engine: 'other/1',
      warnings: [],
    });
  });
});
