/** Whole networks: gradients of every activation with every loss, PyTorch's training steps, XOR, and independence of rows. */
import { describe, expect, it } from 'vitest';
import { type ActivationName, activationNames, activations } from '../../../src/math/activations/index.ts';
import type { Kernels } from '../../../src/math/kernels/kernels.ts';
import { createReferenceKernels } from '../../../src/math/kernels/reference.ts';
import { type LossName, losses, lossNames } from '../../../src/math/losses/index.ts';
import type { Matrix } from '../../../src/math/matrix.ts';
import { createNetwork, type Network, type Penalty } from '../../../src/math/network.ts';
import { createDescent } from '../../../src/math/optimizers/descent.ts';
import { type OptimizerName, optimizers } from '../../../src/math/optimizers/index.ts';
import { createRandom, type RandomState, restoreRandom } from '../../../src/math/random.ts';
import { centralDifference, gradientError, gradientTolerance } from './finite-difference.ts';
import { pattern, torchTrajectories } from './goldens/torch-trajectories.ts';

/** Dense layers of these sizes, all hidden ones with one activation. */
function networkOf(
  sizes: readonly number[],
  activation: ActivationName,
  maxBatch: number,
  kernels: Kernels,
  dropout: readonly number[] = [],
): Network {
  const layers = sizes.slice(1).map((outputs, l) => ({
    inputs: sizes[l],
    outputs,
    activation: l === sizes.length - 2 ? ('identity' as const) : activation,
  }));
  return createNetwork({ layers, maxBatch, kernels, dropout });
}

function matrixOf(kernels: Kernels, rows: number, columns: number, values: ArrayLike<number>): Matrix {
  const matrix = kernels.matrix(rows, columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) matrix.data[i * matrix.stride + j] = values[i * columns + j];
  }
  return matrix;
}

function normals(count: number, seed: number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: count }, () => random.normal());
}

interface ObjectiveOptions extends Partial<Penalty> {
  /** Weights of the rows. */
  readonly c?: Float64Array;
  /** State of the generator that draws the dropout. */
  readonly dropping?: RandomState;
}

/** J = (1/n) Σ cᵢ·lossᵢ + l1·Σ|w| + (l2/2)·Σ w², its gradient left in the network. */
function objective(
  network: Network,
  kernels: Kernels,
  loss: LossName,
  x: Matrix,
  y: Float64Array,
  { c, l1 = 0, l2 = 0, dropping }: ObjectiveOptions = {},
) {
  const logits = network.forward(x, dropping && restoreRandom(dropping));
  const dLogits = kernels.matrix(logits.rows, logits.columns);
  const sum = kernels.loss(loss, logits, y, c ?? null, dLogits);
  network.backward(x, dLogits);
  network.addPenaltyGradient({ l1, l2 });
  return sum / x.rows + network.penalty({ l1, l2 });
}

const initialize = (network: Network, seed: number) =>
  network.initialize(createRandom(seed), (layer) => activations[layer.activation].defaultInitializer);

/** Compares the gradient of J with finite differences, parameter by parameter. */
function checkGradient(activation: ActivationName, loss: LossName, options: ObjectiveOptions): void {
  const kernels = createReferenceKernels('f64');
  const outputs = losses[loss].isScalar ? 1 : 3;
  const rows = 7;
  const dropout = options.dropping ? [0.3, 0.5] : [];
  const network = networkOf([5, 4, 3, outputs], activation, rows, kernels, dropout);
  initialize(network, 5);
  const x = matrixOf(kernels, rows, 5, normals(rows * 5, 6));
  const y = Float64Array.from({ length: rows }, (_, i) => i % Math.max(2, outputs));
  const flat = network.exportParameters();
  // No bias may be 0: a unit whose inputs are all 0 would sit on the kink of relu.
  for (let i = 0; i < flat.length; i++) flat[i] += 0.05 * ((i % 5) - 2.5);
  network.importParameters(flat);
  objective(network, kernels, loss, x, y, options);
  const gradient = network.layout.flatten(network.gradients);
  let largest = 0;
  for (let i = 0; i < flat.length; i++) {
    const numeric = centralDifference((value) => {
      network.importParameters((flat as Float64Array).with(i, value));
      return objective(network, kernels, loss, x, y, options);
    }, flat[i]);
    largest = Math.max(largest, Math.abs(gradient[i]));
    expect(gradientError(gradient[i], numeric), `parameter ${i}`).toBeLessThan(gradientTolerance);
  }
  expect(largest).toBeGreaterThan(0.1);
}

describe.each(activationNames)('a network of %s', (activation) => {
  it.each(lossNames)('has the gradient of %s that finite differences give', (loss) => {
    checkGradient(activation, loss, { l2: 0.3 });
  });

  it.each(lossNames)('has it with row weights, l1 and dropout too: %s', (loss) => {
    const c = Float64Array.of(0.5, 2, 1, 0.1, 3, 1, 0.7);
    checkGradient(activation, loss, { c, l1: 0.2, l2: 0.3, dropping: createRandom(9).state() });
  });
});

it.each(torchTrajectories.networks)("five steps of adam are PyTorch's: $activation, $loss", (golden) => {
  const kernels = createReferenceKernels('f64');
  const outputs = losses[golden.loss].isScalar ? 1 : 3;
  const network = networkOf([3, 5, 4, outputs], golden.activation, 6, kernels);
  network.importParameters(pattern(network.layout.parameterCount, 0));
  const x = matrixOf(kernels, 6, 3, pattern(18, 3));
  const y = Float64Array.from(golden.target);
  const hyperparameters = {
    type: 'adam',
    learning_rate: 0.05,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
  } as const;
  const state = optimizers.adam.init(network.parameters.length, kernels);
  for (const expected of golden.losses) {
    const value = objective(network, kernels, golden.loss, x, y, { l2: 0.1 });
    // f64 on both sides; Adam divides by √v̂, which makes an ulp of a small gradient some 1e-14 of a parameter.
    expect(Math.abs(value - expected)).toBeLessThan(1e-12);
    optimizers.adam.update(kernels, network.parameters, network.gradients, state, hyperparameters);
  }
  const parameters = network.exportParameters();
  expect(parameters.length).toBe(golden.parameters.length);
  for (let i = 0; i < parameters.length; i++) {
    expect(Math.abs(parameters[i] - golden.parameters[i])).toBeLessThan(1e-12);
  }
});

it("AdamW with class weights, l1, l2, clipping and a cosine schedule takes PyTorch's steps", () => {
  const { losses: values, norms, parameters } = torchTrajectories.recipe;
  const kernels = createReferenceKernels('f64');
  const network = networkOf([3, 5, 4, 3], 'tanh', 6, kernels);
  network.importParameters(pattern(network.layout.parameterCount, 0));
  const x = matrixOf(kernels, 6, 3, pattern(18, 3));
  const y = Float64Array.of(2, 0, 1, 1, 0, 2);
  const c = y.map((code) => [0.5, 2, 3][code]);
  const descent = createDescent(
    {
      ...{ type: 'adamw', learning_rate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.2 },
      schedule: { type: 'cosine', minimum: 0.01, warmup_epochs: 0 },
      clip_norm: 0.25,
    },
    6,
    network.parameters.length,
    kernels,
  );
  for (let epoch = 0; epoch < 6; epoch++) {
    const value = objective(network, kernels, 'softmax_cross_entropy', x, y, { c, l1: 0.02, l2: 0.1 });
    // As above: some ulps a step, which Adam's division may make 1e-14 of a parameter.
    expect(Math.abs(value - values[epoch])).toBeLessThan(1e-12);
    expect(Math.abs(Math.sqrt(kernels.sumOfSquares(network.gradients)) - norms[epoch])).toBeLessThan(1e-12);
    descent.beginEpoch(epoch);
    descent.step(network.parameters, network.gradients);
  }
  network.exportParameters().forEach((value, i) => {
    expect(Math.abs(value - parameters[i])).toBeLessThan(1e-12);
  });
});

it('the goldens cover every activation with every loss', () => {
  const pairs = torchTrajectories.networks.map(({ activation, loss }) => `${activation} ${loss}`);
  expect(pairs.toSorted()).toEqual(
    activationNames.flatMap((a) => lossNames.map((l) => `${a} ${l}`)).toSorted(),
  );
});

describe('XOR by a 2-4-1 network', () => {
  function trainXor(activation: ActivationName): number {
    const kernels = createReferenceKernels('f32');
    const network = networkOf([2, 4, 1], activation, 4, kernels);
    initialize(network, 1);
    const x = matrixOf(kernels, 4, 2, [0, 0, 0, 1, 1, 0, 1, 1]);
    const y = Float64Array.of(0, 1, 1, 0);
    const hyperparameters = {
      type: 'adam',
      learning_rate: 0.05,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
    } as const;
    const state = optimizers.adam.init(network.parameters.length, kernels);
    for (let epoch = 0; epoch < 1000; epoch++) {
      objective(network, kernels, 'binary_cross_entropy', x, y);
      optimizers.adam.update(kernels, network.parameters, network.gradients, state, hyperparameters);
    }
    return objective(network, kernels, 'binary_cross_entropy', x, y);
  }

  it.each(['sigmoid', 'tanh', 'relu'] as const)('is learned with %s', (activation) => {
    expect(trainXor(activation)).toBeLessThan(0.05);
  });

  it('is not learned with identity: the best affine answer is ½ for every row, at a loss of ln 2', () => {
    // Below ln 2 only by the rounding of f32.
    expect(trainXor('identity')).toBeGreaterThan(Math.LN2 - 1e-6);
  });
});

describe.each(['f32', 'f64'] as const)('in %s', (dtype) => {
  const kernels = createReferenceKernels(dtype);

  it.each(activationNames)("a row's logits do not depend on its batch, to the bit: %s", (activation) => {
    const network = networkOf([5, 7, 3], activation, 9, kernels);
    initialize(network, 2);
    const rows = normals(45, 3);
    const together = Array.from(network.forward(matrixOf(kernels, 9, 5, rows)).data);
    for (let i = 0; i < 9; i++) {
      const alone = network.forward(matrixOf(kernels, 1, 5, rows.subarray(5 * i)));
      expect(Array.from(alone.data.subarray(0, 3))).toEqual(together.slice(4 * i, 4 * i + 3));
    }
  });

  it('a smaller last batch has the gradient of its own rows alone', () => {
    const y = Float64Array.of(0, 2, 1, 1, 0);
    const small = matrixOf(kernels, 5, 4, normals(20, 8));
    const gradientOf = (maxBatch: number, warmUpRows: number) => {
      const network = networkOf([4, 6, 3], 'tanh', maxBatch, kernels);
      initialize(network, 4);
      const warmUp = matrixOf(kernels, warmUpRows, 4, normals(4 * warmUpRows, 9));
      objective(network, kernels, 'softmax_cross_entropy', warmUp, new Float64Array(warmUpRows));
      objective(network, kernels, 'softmax_cross_entropy', small, y);
      return network.layout.flatten(network.gradients);
    };
    expect(gradientOf(8, 8)).toEqual(gradientOf(5, 5));
  });

  it('parameters survive export and import, and padding stays zero through training steps', () => {
    const network = networkOf([3, 5, 2], 'sigmoid', 4, kernels, [0.5]);
    initialize(network, 7);
    const x = matrixOf(kernels, 4, 3, normals(12, 1));
    for (const name of Object.keys(optimizers) as OptimizerName[]) {
      const { hyperparameters } = torchTrajectories.optimizers[name];
      const state = optimizers[name].init(network.parameters.length, kernels);
      objective(network, kernels, 'softmax_cross_entropy', x, Float64Array.of(0, 1, 1, 0), {
        l1: 0.1,
        l2: 0.1,
        dropping: createRandom(3).state(),
      });
      optimizers[name].update(kernels, network.parameters, network.gradients, state, hyperparameters);
    }
    const copy = networkOf([3, 5, 2], 'sigmoid', 4, kernels);
    copy.importParameters(network.exportParameters());
    // Equal blocks: the copy's padding was never written.
    expect(copy.parameters).toEqual(network.parameters);
  });
});

it('the penalty and its gradient leave biases out, and l1 leaves a weight of 0 where it is', () => {
  const kernels = createReferenceKernels('f64');
  const network = networkOf([2, 2], 'identity', 1, kernels);
  network.importParameters(Float64Array.of(1, -2, 0, 4, 100, -200));
  expect(network.penalty({ l1: 0.25, l2: 0.5 })).toBe(0.25 * (1 + 2 + 4) + 0.25 * (1 + 4 + 16));
  network.addPenaltyGradient({ l1: 0.25, l2: 0.5 });
  expect([...network.layout.flatten(network.gradients)]).toEqual([0.75, -1.25, 0, 2.25, 0, 0]);
});

it('initialize draws the weights in flat order by the initializer that each layer is given, and zeroes biases', () => {
  const kernels = createReferenceKernels('f64');
  const network = networkOf([3, 4, 2], 'relu', 1, kernels);
  network.importParameters(new Float64Array(26).fill(9));
  const asked: number[] = [];
  network.initialize(createRandom(5), (_layer, index) => {
    asked.push(index);
    return index === 0 ? 'he' : 'glorot';
  });
  expect(asked).toEqual([0, 1]);
  const random = createRandom(5);
  const first = Array.from({ length: 12 }, () => random.normal() * Math.sqrt(2 / 3));
  const second = Array.from({ length: 8 }, () => (2 * random.uniform() - 1) * Math.sqrt(6 / 6));
  expect([...network.exportParameters()]).toEqual([...first, 0, 0, 0, 0, ...second, 0, 0]);
});

it('refuses another width, too many rows, and an output layer with an activation', () => {
  const kernels = createReferenceKernels('f32');
  const network = networkOf([4, 2], 'relu', 3, kernels);
  expect(() => network.forward(kernels.matrix(2, 5))).toThrow('expected [5, 2], got [4, 2]');
  expect(() => network.forward(kernels.matrix(4, 4))).toThrow('forward: expected at most 3 rows, got 4');
  const layers = [{ inputs: 1, outputs: 1, activation: 'relu' as const }];
  expect(() => createNetwork({ layers, maxBatch: 1, kernels })).toThrow(
    'expected activation identity, got relu',
  );
});
