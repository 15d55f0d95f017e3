/** A training step makes no array: what it needs is made once. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { kernelsOf } from '../../../src/math/kernels/math-backend.ts';
import { createDescent } from '../../../src/math/optimizers/descent.ts';
import { createRandom } from '../../../src/math/random.ts';
import { createNetworkPasses } from '../../../src/training/network-passes.ts';
import { prepareData } from '../../../src/training/prepare-data.ts';
import { noisyTable, resolved } from './table-fixtures.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

it('makes no array, and takes less than a kilobyte of the heap', () => {
  const kernels = kernelsOf('wasm')('f32', 1e6);
  const config = resolved({
    type: 'mlp',
    task: 'classification',
    target: 'grade',
    features: ['a', 'b', 'color'],
    hidden_layers: [{ units: 64, activation: 'tanh' }],
    validation: { fraction: 0 },
  });
  const data = prepareData(
    config,
    { table: noisyTable(320) },
    (rows, columns) => kernels.allocateRows(rows, columns)!,
    () => {},
  );
  const [inputs, units] = [data.train.x.columns, 64];
  const passes = createNetworkPasses({
    layers: [
      { inputs, outputs: units, activation: 'tanh' },
      { inputs: units, outputs: data.outputs, activation: 'identity' },
    ],
    data,
    batchSize: 32,
    penalty: { l1: 0, l2: 0.1 },
    dropout: [],
    dropping: createRandom(1),
    kernels,
    poll: () => {},
  });
  const { network } = passes;
  network.initialize(createRandom(2), () => 'glorot');
  const optimizer = { type: 'adam', learning_rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
  const settings = { ...optimizer, schedule: { type: 'constant', warmup_epochs: 0 }, clip_norm: 1 } as const;
  const descent = createDescent(settings, 10, network.layout.blockLength, kernels);
  descent.beginEpoch(0);
  const order = kernels.allocateIndices(320).map((_, row) => row);
  const sums = { rows: 0, loss: 0, correct: 0 };
  const run = (steps: number) => {
    for (let step = 0; step < steps; step++) {
      const gradients = passes.gradient(order, (32 * step) % 320, 32, sums);
      descent.step(network.parameters, gradients);
    }
  };
  run(20_000);
  collectGarbage();
  // The first frees its array buffers on another thread, which the second waits for.
  collectGarbage();
  const before = process.memoryUsage();
  run(500);
  const after = process.memoryUsage();
  expect(after.arrayBuffers).toBe(before.arrayBuffers);
  // An optimizer's scalars and some boxed numbers: 350 bytes.
  expect((after.heapUsed - before.heapUsed) / 500).toBeLessThan(1_024);
});
