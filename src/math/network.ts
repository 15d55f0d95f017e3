/** A stack of dense layers: forward, backward and its parameters, in memory that is made once and used at every step. */
import { createDropout, type Dropout } from './dropout.ts';
import { type InitializerName, initializers } from './initializers/index.ts';
import type { Kernels } from './kernels/kernels.ts';
import { type FloatArray, type Matrix, requireShape, ShapeError } from './matrix.ts';
import {
  type BackwardMemory,
  createBackwardMemory,
  createBatchViews,
  type LayerBatch,
} from './network-memory.ts';
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
  /** Probability that a unit of each hidden layer is left out in training; without it, or past its end, 0. */
  readonly dropout?: readonly number[];
  /** Called before each layer of a pass, forward and backward; may throw. */
  readonly poll?: () => void;
}

/** l1·Σ|w| + (l2/2)·Σ w² over the weights; biases are never penalised. */
export interface Penalty {
  readonly l1: number;
  readonly l2: number;
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
   * @param dropping draws the units to leave out, layer after layer; null, as when predicting, leaves none out
   * @throws ShapeError when x has other columns than the first layer has inputs, or more rows than maxBatch
   */
  forward(x: Matrix, dropping?: Random | null): Matrix;
  /** By layer, what the last `forward` of so many rows computed: the network's memory, and holds until the next call. */
  activations(rows: number): readonly LayerBatch[];
  /**
   * Overwrites `gradients` with ∂L/∂parameters, given the x of the last `forward` and ∂L/∂logits [n, m]. Units that it left out have
   * no part in it.
   */
  backward(x: Matrix, dLogits: Matrix): void;

  /** Draws every weight in flat order; biases become 0. */
  initialize(random: Random, initializerOf: (layer: LayerShape, index: number) => InitializerName): void;
  /** The parameters in flat order, without padding. Allocates. */
  exportParameters(): FloatArray;
  /** @throws ShapeError when the number of parameters differs */
  importParameters(flat: FloatArray): void;

  /** gradients += l1·sign(w) + l2·w: the gradient of `penalty`, at w = 0 the subgradient 0. */
  addPenaltyGradient(penalty: Penalty): void;
  /** In f64. */
  penalty(penalty: Penalty): number;
}

/** @throws ShapeError when the layers do not fit each other */
export function createNetwork({
  layers: shapes,
  maxBatch,
  kernels,
  dropout = [],
  poll,
}: NetworkOptions): Network {
  const layout = createParameterLayout(shapes, kernels);
  const last = shapes.length - 1;
  if (shapes[last].activation !== 'identity') {
    throw new ShapeError(`output layer: expected activation identity, got ${shapes[last].activation}`);
  }
  const parameters = kernels.allocate(layout.blockLength);
  const layers = layout.views(parameters);
  const batchOf = createBatchViews(shapes, maxBatch, kernels);
  const dropouts = shapes.map(({ outputs }, l): Dropout | null =>
    l < last && dropout[l] > 0 ? createDropout(dropout[l], outputs, maxBatch, kernels) : null,
  );
  /** What each layer of the last `forward` read, the dropout before it done. */
  const inputs: Matrix[] = new Array(shapes.length);
  let hasDropped = false;
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

    forward(x, dropping = null) {
      if (x.rows > maxBatch)
        throw new ShapeError(`forward: expected at most ${maxBatch} rows, got ${x.rows}`);
      const batch = batchOf(x.rows);
      hasDropped = dropping !== null;
      let input = x;
      for (let l = 0; l <= last; l++) {
        poll?.();
        const { a, z } = batch[l];
        inputs[l] = input;
        kernels.denseForward(input, layers[l].weights, layers[l].bias, shapes[l].activation, a, z);
        input = dropping === null ? a : (dropouts[l]?.forward(a, dropping) ?? a);
      }
      return input;
    },

    activations: batchOf,

    backward(x, dLogits) {
      requireShape('backward, dLogits', dLogits, x.rows, shapes[last].outputs);
      const memory = needBackwardMemory();
      const batch = batchOf(x.rows);
      const hidden = memory.batch(x.rows);
      for (let l = last; l >= 0; l--) {
        poll?.();
        const dz = l === last ? dLogits : hidden[l];
        const { weights: dw, bias: db } = memory.layers[l];
        if (hasDropped) dropouts[l]?.backward(dz);
        if (l < last) kernels.activationBackward(shapes[l].activation, batch[l].a, batch[l].z, dz);
        kernels.denseBackwardWeights(l === 0 ? x : inputs[l], dz, dw, db);
        if (l > 0) kernels.denseBackwardInput(dz, layers[l].weights, hidden[l - 1]);
      }
    },

    initialize: (random, initializerOf) => initializeParameters(shapes, layers, random, initializerOf),
    exportParameters: () => layout.flatten(parameters),
    importParameters: (flat) => layout.fill(parameters, flat),

    addPenaltyGradient({ l1, l2 }) {
      const memory = needBackwardMemory();
      for (let l = 0; l <= last; l++) {
        const w = layers[l].weights.data;
        const dw = memory.layers[l].weights.data;
        if (l1 > 0) kernels.addSigns(l1, w, dw);
        if (l2 > 0) kernels.axpy(l2, w, dw);
      }
    },
    penalty({ l1, l2 }) {
      let magnitudes = 0;
      let squares = 0;
      for (const { weights } of layers) {
        if (l1 > 0) magnitudes += kernels.sumOfMagnitudes(weights.data);
        if (l2 > 0) squares += kernels.sumOfSquares(weights.data);
      }
      return l1 * magnitudes + (l2 / 2) * squares;
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
