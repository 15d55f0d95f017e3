/** Folded layers do what the stack did, and only where nothing bends between them. */
import { describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../../src/math/kernels/reference.ts';
import { createRandom } from '../../../src/math/random.ts';
import { collapse, largestDifference, layersOf } from '../../../src/training/collapse.ts';
import { trainedModel, weightsOf } from './trained-models.ts';

const columns = { x: [0, 1, 2], y: [3, 1, 2] };

function modelOf(...activations: ('identity' | 'relu' | 'tanh')[]) {
  const hidden = activations.map((activation, l) => ({ units: 3 + l, activation }));
  return trainedModel({ columns, output: 'softmax', classes: ['a', 'b', 'c'], outputs: 3, hidden });
}

function rowsOf(count: number) {
  const random = createRandom(8);
  const data = Float64Array.from({ length: 2 * count }, () => 5 * random.normal());
  return { data, rows: count, columns: 2, stride: 2 };
}

function folded(trained: ReturnType<typeof modelOf>, weights = weightsOf(trained)) {
  const layers = collapse(trained, weights);
  const kernels = createReferenceKernels('f64');
  const difference = largestDifference(layersOf(trained, weights), layers, rowsOf(50), kernels);
  return { layers, difference };
}

describe('collapse', () => {
  it('folds a stack of identity layers into one affine map, equal but for rounding', () => {
    const { layers, difference } = folded(modelOf('identity', 'identity', 'identity'));
    expect(layers.map(({ from, to, inputs, outputs }) => [from, to, inputs, outputs])).toEqual([
      ['hidden_1', 'output', 2, 3],
    ]);
    expect(difference).toBeGreaterThan(0);
    // Logits of some hundreds, each from sums of dozens of products.
    expect(difference).toBeLessThan(1e-11);
  });

  it('folds each run, the layer that bends at its end with it, and leaves the rest', () => {
    const { layers, difference } = folded(modelOf('identity', 'relu', 'tanh', 'identity', 'identity'));
    expect(layers.map(({ from, to, activation }) => [from, to, activation])).toEqual([
      ['hidden_1', 'hidden_2', 'relu'],
      ['hidden_3', 'hidden_3', 'tanh'],
      ['hidden_4', 'output', 'identity'],
    ]);
    expect(difference).toBeLessThan(1e-11);
  });

  it('is the product that one works out by hand', () => {
    const trained = trainedModel({
      columns: { x: [0, 1] },
      output: 'value',
      hidden: [{ units: 2, activation: 'identity' }],
    });
    // x → (2x + 1, 3x − 1) → 5·(2x + 1) + 7·(3x − 1) + 4 = 31x + 2.
    const [layer] = collapse(trained, weightsOf(trained, [2, 3, 1, -1, 5, 7, 4]));
    expect([...layer.weights, ...layer.bias]).toEqual([31, 2]);
  });

  it('measures a difference where there is one', () => {
    const trained = modelOf('identity');
    const whole = layersOf(trained, weightsOf(trained));
    const [layer] = collapse(trained, weightsOf(trained));
    const other = [{ ...layer, bias: layer.bias.map((value, j) => (j === 1 ? value + 0.5 : value)) }];
    const kernels = createReferenceKernels('f64');
    expect(largestDifference(whole, other, rowsOf(7), kernels)).toBeCloseTo(0.5, 12);
  });
});
