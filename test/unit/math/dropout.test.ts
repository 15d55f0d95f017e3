/** Dropout: how many units it leaves out, what it does to the rest, and that it is of its generator alone. */
import { describe, expect, it } from 'vitest';
import { createDropout } from '../../../src/math/dropout.ts';
import { createReferenceKernels } from '../../../src/math/kernels/reference.ts';
import { createNetwork } from '../../../src/math/network.ts';
import { createRandom } from '../../../src/math/random.ts';

const kernels = createReferenceKernels('f32');

/** A matrix of ones, padding 0. */
function ones(rows: number, columns: number) {
  const matrix = kernels.matrix(rows, columns);
  for (let i = 0; i < rows; i++) matrix.data.fill(1, i * matrix.stride, i * matrix.stride + columns);
  return matrix;
}

describe.each([0.1, 0.5, 0.9])('at a rate of %d', (rate) => {
  const [rows, columns] = [400, 101];
  const a = ones(rows, columns);
  const dropout = createDropout(rate, columns, rows, kernels);
  const out = dropout.forward(a, createRandom(7));
  const values = Array.from({ length: rows }, (_, i) => [
    ...out.data.subarray(i * out.stride, i * out.stride + columns),
  ]).flat();

  it('leaves out that share, and scales the rest to keep the mean', () => {
    const left = values.filter((value) => value === 0).length;
    // Five standard errors of a binomial share.
    const bound = 5 * Math.sqrt((rate * (1 - rate)) / values.length);
    expect(Math.abs(left / values.length - rate)).toBeLessThan(bound);
    const kept = new Set(values.filter((value) => value !== 0));
    expect([...kept]).toEqual([Math.fround(1 / (1 - rate))]);
  });

  it('leaves the activations as they are, and the padding 0', () => {
    expect(a).toEqual(ones(rows, columns));
    for (let i = 0; i < rows; i++) {
      const padding = out.data.subarray(i * out.stride + columns, (i + 1) * out.stride);
      expect(padding.every((value) => value === 0)).toBe(true);
    }
  });

  it('takes the same units out of the gradient', () => {
    const da = ones(rows, columns);
    dropout.backward(da);
    expect(da.data).toEqual(out.data);
  });

  it('draws the same from the same state, and anew each time', () => {
    const random = createRandom(7);
    const again = createDropout(rate, columns, rows, kernels);
    expect(again.forward(a, random).data).toEqual(out.data);
    expect(again.forward(a, random).data).not.toEqual(out.data);
  });
});

describe('a network with dropout', () => {
  const layers = [
    { inputs: 4, outputs: 6, activation: 'sigmoid' as const },
    { inputs: 6, outputs: 2, activation: 'identity' as const },
  ];
  const x = ones(3, 4);
  const withRate = (rate: number) => {
    const network = createNetwork({ layers, maxBatch: 3, kernels, dropout: [rate] });
    network.initialize(createRandom(1), () => 'glorot');
    return network;
  };

  it('predicts as one without', () => {
    expect(withRate(0.5).forward(x).data).toEqual(withRate(0).forward(x).data);
  });

  it('trains differently, and draws nothing for a layer whose rate is 0', () => {
    const dropped = withRate(0.5).forward(x, createRandom(2)).data.slice();
    expect(dropped).not.toEqual(withRate(0.5).forward(x).data);
    const random = createRandom(2);
    expect(withRate(0).forward(x, random).data).toEqual(withRate(0).forward(x).data);
    expect(random.state()).toEqual(createRandom(2).state());
  });

  it('goes on without it after a pass with it', () => {
    const network = withRate(0.5);
    const gradientOf = () => {
      network.backward(x, ones(3, 2));
      return network.layout.flatten(network.gradients);
    };
    network.forward(x);
    const plain = gradientOf();
    network.forward(x, createRandom(2));
    expect(gradientOf()).not.toEqual(plain);
    network.forward(x);
    expect(gradientOf()).toEqual(plain);
  });
});
