/** A stack of dense layers: forward, backward and its parameters, in memory that is made once and used at every step. */
import { activations } from './activations/index.ts';
import { type InitializerName, initializers } from './initializers/index.ts';
import type { Kernels } from './kernels/kernels.ts';
import { type FloatArray, type Matrix, requireShape, ShapeError } from './matrix.ts';
import {
  createParameterLayout,
  type LayerParameters,
  type LayerShape,
  type ParameterLayout,
} from './parameter-layout.ts';
import type { Random } from './random.ts';

export interface NetworkOptions {
  /** First to last; the last one's outputs are the logits, its activation `identity`. */
  readonly layers: readonly LayerShape[];
  /** Most rows of one forward pass. */
  readonly maxBatch: number;
  readonly kernels: Kernels;
}

export interface Network {
  readonly shapes: readonly LayerShape[];
  readonly layout: ParameterLayout;
  /** All weights and biases, one block in `layout`. */
  readonly parameters: FloatArray;
  /** What `backward` fills, in the same layout. Made, with the memory of the backward pass, when it is first asked for. */
  readonly gradients: FloatArray;
  /** Views on `parameters`, by layer. */
  readonly layers: readonly LayerParameters[];

  /**
   * Logits [n, m] of x [n, k], n ≤ maxBatch; they are the network's memory and hold until the next call. A row's result does not
   * depend on the other rows.
   *
   * @throws ShapeError when x has other columns than the first layer has inputs, or more rows than maxBatch
   */
  forward(x: Matrix): Matrix;
  /**
   * Overwrites `gradients` with ∂L/∂parameters, given the x of the last `forward` and ∂L/∂logits [n, m].
   */
  backward(x: Matrix, dLogits: Matrix): void;

  /** Draws every weight in flat order; biases become 0. */
  initialize(random: Random, initializerOf: (layer: LayerShape, index: number) => InitializerName): void;
  /** The parameters in flat order, without padding. Allocates. */
  exportParameters(): FloatArray;
  /** @throws ShapeError when the number of parameters differs */
  importParameters(flat: FloatArray): void;

  /** gradients += λ·w for weights, not biases: the gradient of `penalty`. */
  addL2(lambda: number): void;
  /** (λ/2)·Σ w² over the weights, in f64. */
  penalty(lambda: number): number;
}

/** Views on the activations of one layer for a batch of so many rows. */
interface LayerBatch {
  readonly a: Matrix;
  /** Kept only where the activation's derivative needs it. */
  readonly z: Matrix | null;
}

interface BackwardMemory {
  readonly gradients: FloatArray;
  readonly layers: readonly LayerParameters[];
  /** By number of rows, then by hidden layer: ∂L/∂a, which becomes ∂L/∂z in place. */
  batch(rows: number): readonly Matrix[];
}

/** @throws ShapeError when the layers do not fit each other */
export function createNetwork({ layers: shapes, maxBatch, kernels }: NetworkOptions): Network {
  const layout = createParameterLayout(shapes, kernels);
  const last = shapes.length - 1;
  if (shapes[last].activation !== 'identity') {
    throw new ShapeError(`output layer: expected activation identity, got ${shapes[last].activation}`);
  }
  const parameters = kernels.allocate(layout.blockLength);
  const layers = layout.views(parameters);
  const batchOf = createBatchViews(shapes, maxBatch, kernels);
  let backwardMemory: BackwardMemory | null = null;
  // Only training needs it, and a network that serves predictions would double its memory.
  const needBackwardMemory = (): BackwardMemory => {
    backwardMemory ??= createBackwardMemory(shapes, layout, maxBatch, kernels);
    return backwardMemory;
  };

  return {
    shapes,
    layout,
    parameters,
    layers,
    get gradients() {
      return needBackwardMemory().gradients;
    },

    forward(x) {
      if (x.rows > maxBatch)
        throw new ShapeError(`forward: expected at most ${maxBatch} rows, got ${x.rows}`);
      const batch = batchOf(x.rows);
      let input = x;
      for (let l = 0; l <= last; l++) {
        const { a, z } = batch[l];
        kernels.denseForward(input, layers[l].weights, layers[l].bias, shapes[l].activation, a, z);
        input = a;
      }
      return input;
    },

    backward(x, dLogits) {
      requireShape('backward, dLogits', dLogits, x.rows, shapes[last].outputs);
      const memory = needBackwardMemory();
      const batch = batchOf(x.rows);
      const hidden = memory.batch(x.rows);
      for (let l = last; l >= 0; l--) {
        const dz = l === last ? dLogits : hidden[l];
        const { weights: dw, bias: db } = memory.layers[l];
        if (l < last) kernels.activationBackward(shapes[l].activation, batch[l].a, batch[l].z, dz);
        kernels.denseBackwardWeights(l === 0 ? x : batch[l - 1].a, dz, dw, db);
        if (l > 0) kernels.denseBackwardInput(dz, layers[l].weights, hidden[l - 1]);
      }
    },

    initialize: (random, initializerOf) => initializeParameters(shapes, layers, random, initializerOf),
    exportParameters: () => layout.flatten(parameters),
    importParameters: (flat) => layout.fill(parameters, flat),

    addL2(lambda) {
      const memory = needBackwardMemory();
      for (let l = 0; l <= last; l++)
        kernels.axpy(lambda, layers[l].weights.data, memory.layers[l].weights.data);
    },
    penalty(lambda) {
      let sum = 0;
      for (const { weights } of layers) sum += kernels.sumOfSquares(weights.data);
      return (lambda / 2) * sum;
    },
  };
}

function initializeParameters(
  shapes: readonly LayerShape[],
  layers: readonly LayerParameters[],
  random: Random,
  initializerOf: (layer: LayerShape, index: number) => InitializerName,
): void {
  for (let l = 0; l < shapes.length; l++) {
    const { inputs, outputs } = shapes[l];
    const { weights, bias } = layers[l];
    const initializer = initializers[initializerOf(shapes[l], l)];
    for (let i = 0; i < inputs; i++) {
      for (let j = 0; j < outputs; j++) {
        weights.data[i * weights.stride + j] = initializer.sample(random, inputs, outputs);
      }
    }
    bias.fill(0);
  }
}

/** Activations of all layers for up to maxBatch rows, as views that are made once for each number of rows. */
function createBatchViews(shapes: readonly LayerShape[], maxBatch: number, kernels: Kernels) {
  const blocks = shapes.map(({ outputs, activation }) => {
    const length = maxBatch * kernels.strideOf(outputs);
    const needsInput = activations[activation].derivativeFrom === 'input';
    return { a: kernels.allocate(length), z: needsInput ? kernels.allocate(length) : null };
  });
  return remember((rows: number): LayerBatch[] =>
    shapes.map(({ outputs }, l) => {
      const { a, z } = blocks[l];
      return {
        a: kernels.matrix(rows, outputs, a),
        z: z === null ? null : kernels.matrix(rows, outputs, z),
      };
    }),
  );
}

function createBackwardMemory(
  shapes: readonly LayerShape[],
  layout: ParameterLayout,
  maxBatch: number,
  kernels: Kernels,
): BackwardMemory {
  const gradients = kernels.allocate(layout.blockLength);
  const hidden = shapes.slice(0, -1);
  const blocks = hidden.map(({ outputs }) => kernels.allocate(maxBatch * kernels.strideOf(outputs)));
  return {
    gradients,
    layers: layout.views(gradients),
    batch: remember((rows: number) =>
      hidden.map(({ outputs }, l) => kernels.matrix(rows, outputs, blocks[l])),
    ),
  };
}

/** Views are objects: a step must not make new ones. At most maxBatch entries. */
function remember<T>(make: (rows: number) => T): (rows: number) => T {
  const made = new Map<number, T>();
  return (rows) => {
    let value = made.get(rows);
    if (value === undefined) {
      value = make(rows);
      made.set(rows, value);
    }
    return value;
  };
}
