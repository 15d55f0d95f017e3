/** Folds layers with nothing but affine maps between them into one, which is all that such a stack can do. */
import type { DenseLayer, TrainedModel } from '../contracts/version.ts';
import { type Activation, activations } from '../math/activations/index.ts';
import type { Kernels } from '../math/kernels/kernels.ts';
import type { Matrix } from '../math/matrix.ts';
import { createNetwork, type Network } from '../math/network.ts';
import { decodeWeights } from './model-weights.ts';

/** A layer in f64: W row-major [inputs, outputs], b [outputs]. */
export interface FoldedLayer extends DenseLayer {
  /** Name of the first and the last layer that it stands for; equal where nothing was folded. */
  readonly from: string;
  readonly to: string;
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

/** Multiply-adds between two yields: about 10 ms. */
const workPerSlice = 2 ** 22;

/**
 * The layers of a model, each run of them folded: with a = c·z + d between x·W₁ + b₁ and a·W₂ + b₂, it is x·W + b with W = c·W₁·W₂ and
 * b = (c·b₁ + d)·W₂ + b₂; its activation is the last one's. Yields every few milliseconds.
 *
 * @param bytes the version's weights block
 */
export function* collapse(trained: TrainedModel, bytes: Uint8Array): Generator<void, FoldedLayer[]> {
  const folded: FoldedLayer[] = [];
  for (const layer of layersOf(trained, bytes)) {
    const before = folded.at(-1);
    if (before && activations[before.activation].isAffine)
      folded[folded.length - 1] = yield* fold(before, layer);
    else folded.push(layer);
  }
  return folded;
}

/** Each layer of a model as it is, in f64. */
export function layersOf(trained: TrainedModel, bytes: Uint8Array): FoldedLayer[] {
  const parameters = Float64Array.from(decodeWeights(trained, bytes));
  let at = 0;
  const take = (count: number) => {
    at += count;
    return parameters.subarray(at - count, at);
  };
  return trained.layers.map((layer) => ({
    ...layer,
    from: layer.name,
    to: layer.name,
    weights: take(layer.inputs * layer.outputs),
    bias: take(layer.outputs),
  }));
}

/**
 * Largest |difference| between the logits of two stacks of layers over the rows of x, in f64. Yields every few milliseconds.
 *
 * @param x encoded rows [n, k]
 */
export function* largestDifference(
  some: readonly FoldedLayer[],
  others: readonly FoldedLayer[],
  x: Matrix,
  kernels: Kernels,
): Generator<void, number> {
  const work = some.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
  const batchRows = Math.max(1, Math.min(x.rows, Math.floor(workPerSlice / work)));
  const [network, other] = [some, others].map((layers) => networkOf(layers, batchRows, kernels));
  let largest = 0;
  for (let start = 0; start < x.rows; start += batchRows) {
    const rows = Math.min(batchRows, x.rows - start);
    const batch = { ...x, data: x.data.subarray(start * x.stride, (start + rows) * x.stride), rows };
    const [a, b] = [network.forward(batch), other.forward(batch)];
    for (let i = 0; i < rows; i++) {
      for (let j = 0, at = i * a.stride; j < a.columns; j++, at++)
        largest = Math.max(largest, Math.abs(a.data[at] - b.data[at]));
    }
    yield;
  }
  return largest;
}

function networkOf(layers: readonly FoldedLayer[], maxBatch: number, kernels: Kernels): Network {
  const network = createNetwork({ layers, maxBatch, kernels });
  const parameters = new Float64Array(network.layout.parameterCount);
  let at = 0;
  for (const { weights, bias } of layers) {
    parameters.set(weights, at);
    parameters.set(bias, at + weights.length);
    at += weights.length + bias.length;
  }
  network.importParameters(parameters);
  return network;
}

/** Slope c and value at 0, d, of an affine activation. */
function lineOf(activation: Activation): { slope: number; offset: number } {
  const offset = activation.forward(0);
  return { slope: activation.forward(1) - offset, offset };
}

function* fold(first: FoldedLayer, second: FoldedLayer): Generator<void, FoldedLayer> {
  const { inputs } = first;
  const { outputs } = second;
  const { slope, offset } = lineOf(activations[first.activation]);
  const weights = new Float64Array(inputs * outputs);
  let work = 0;
  for (let i = 0; i < inputs; i++) {
    addProduct(first.weights, i * first.outputs, slope, second, weights, i * outputs);
    work += first.outputs * outputs;
    if (work < workPerSlice) continue;
    work = 0;
    yield;
  }
  const bias = second.bias.slice();
  addProduct(
    first.bias.map((value) => slope * value + offset),
    0,
    1,
    second,
    bias,
    0,
  );
  return { ...second, from: first.from, inputs, weights, bias };
}

/** out[at … at + outputs) += scale · row[from … from + inputs) · W. */
function addProduct(
  row: Float64Array,
  from: number,
  scale: number,
  { inputs, outputs, weights }: FoldedLayer,
  out: Float64Array,
  at: number,
): void {
  for (let l = 0; l < inputs; l++) {
    const value = scale * row[from + l];
    for (let j = 0; j < outputs; j++) out[at + j] += value * weights[l * outputs + j];
  }
}
