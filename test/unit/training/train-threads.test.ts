/** A training's bits do not depend on how many threads share it, though the number changes at a resume. */
import { expect, it } from 'vitest';
import { kernelsOf } from '../../../src/math/kernels/math-backend.ts';
import { trainToEnd, trainUntilDrained } from './run-training.ts';
import { noisyTable, resolved } from './table-fixtures.ts';

it('has the same bits on one thread, on two, and stopped on two and resumed on three', () => {
  const config = resolved({
    type: 'mlp',
    task: 'classification',
    target: 'grade',
    features: ['a', 'b', 'color'],
    hidden_layers: Array.from({ length: 3 }, () => ({ units: 96, activation: 'tanh', dropout: 0.1 })),
    epochs: 60,
    // Products of 3 million multiply-adds: large enough to be shared.
    batch_size: 400,
  });
  const table = noisyTable(900);
  const on = (threads: number) => ({
    createKernels: kernelsOf('wasm', { threads, nowMs: () => performance.now() }),
  });
  const expected = trainToEnd(config, table, on(1));
  expect(expected.outcome.engine).toMatch(/^wasm/);
  const together = trainToEnd(config, table, on(2));
  expect(together.outcome.weightsSha256).toBe(expected.outcome.weightsSha256);
  expect(together.records).toEqual(expected.records);
  const checkpoint = trainUntilDrained(config, table, 25, null, on(2));
  const resumed = trainToEnd(config, table, { ...on(3), checkpoint: checkpoint.state });
  expect(resumed.outcome.weightsSha256).toBe(expected.outcome.weightsSha256);
});
