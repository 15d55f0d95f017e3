/** Statistics of a layer's activations, against numbers worked out by hand. */
import { expect, it } from 'vitest';
import { createReferenceKernels } from '../../../../src/math/kernels/reference.ts';
import { createLayerTally } from '../../../../src/training/diagnostics/layer-tally.ts';

const kernels = createReferenceKernels('f32');

function batchOf(rows: number[][]) {
  const a = kernels.matrix(rows.length, rows[0].length);
  rows.forEach((row, i) => {
    a.data.set(row, i * a.stride);
  });
  return { a, z: null };
}

it('counts zeros, dead and saturated units of a ReLU layer over two batches', () => {
  const tally = createLayerTally({ inputs: 2, outputs: 3, activation: 'relu' });
  tally.add(batchOf([[1, 0, 0]]));
  tally.add(
    batchOf([
      [3, 0, 2],
      [0, 0, 0],
    ]),
  );
  expect(tally.take()).toEqual({
    activation_mean: 6 / 9,
    activation_std: Math.sqrt(14 / 9 - (6 / 9) ** 2),
    zero_fraction: 6 / 9,
    dead_fraction: 1 / 3,
    saturated_fraction: 6 / 9,
  });
});

it('starts anew after each take', () => {
  const tally = createLayerTally({ inputs: 2, outputs: 2, activation: 'tanh' });
  tally.add(batchOf([[0, 0]]));
  tally.take();
  tally.add(batchOf([[-0.5, 0.5]]));
  expect(tally.take()).toEqual({
    activation_mean: 0,
    activation_std: 0.5,
    zero_fraction: 0,
    dead_fraction: 0,
    saturated_fraction: 0,
  });
});

it('calls a sigmoid saturated within 6 of its ends on both sides', () => {
  const tally = createLayerTally({ inputs: 2, outputs: 4, activation: 'sigmoid' });
  tally.add(batchOf([[0.002, 0.003, 0.997, 0.998]]));
  expect(tally.take().saturated_fraction).toBe(0.5);
});

it('reads z where the derivative is a function of it', () => {
  const tally = createLayerTally({ inputs: 2, outputs: 2, activation: 'gelu' });
  const { a } = batchOf([[-0.004, 0]]);
  const { a: z } = batchOf([[-3.1, -0.75]]);
  tally.add({ a, z });
  expect(tally.take().saturated_fraction).toBe(0.5);
});

it('has null, which JSON can hold, for a mean that is not finite', () => {
  const tally = createLayerTally({ inputs: 2, outputs: 1, activation: 'relu' });
  tally.add(batchOf([[Number.POSITIVE_INFINITY]]));
  expect(tally.take()).toMatchObject({ activation_mean: null, activation_std: null });
});
