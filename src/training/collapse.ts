/** Folds layers with nothing but affine maps between them into one, which is all that such a stack can do. */
import type { Collapse } from '../contracts/inspections.ts';
import type { DenseLayer, TrainedModel } from '../contracts/version.ts';
import type { CollapseRequest } from '../data/messages.ts';
import { type Activation, activations } from '../math/activations/index.ts';
import type { Kernels } from '../math/kernels/kernels.ts';
import { createReferenceKernels } from '../math/kernels/reference.ts';
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

/**
 * The layers of a model, each run of them folded: with a = c·z + d between x·W₁ + b₁ and a·W₂ + b₂, it is x·W + b with W = c·W₁·W₂ and
 * b = (c·b₁ + d)·W₂ + b₂; its activation is the last one's.
 *
 * @param bytes the version's weights block
 */
export function collapse(trained: TrainedModel, bytes: Uint8Array): FoldedLayer[] {
  const folded: FoldedLayer[] = [];
  for (const layer of layersOf(trained, bytes)) {
    const before = folded.at(-1);
    if (before && activations[before.activation].isAffine) folded[folded.length - 1] = fold(before, layer);
    else folded.push(layer);
  }
  return folded;
}

/** Each layer of a model as it is, in f64. */
export function layersOf(trained: TrainedModel, bytes: Uint8Array): FoldedLayer[] {
  const parameters = new Float64Array(decodeWeights(trained, bytes));
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
 * Largest |difference| between the logits of two stacks of layers over the rows of x, in f64.
 *
 * @param x encoded rows [n, k]
 */
export function largestDifference(
  some: readonly FoldedLayer[],
  others: readonly FoldedLayer[],
  x: Matrix,
  kernels: Kernels,
): number {
  const [a, b] = [some, others].map((layers) => networkOf(layers, x.rows, kernels).forward(x));
  let largest = 0;
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0, at = i * a.stride; j < a.columns; j++, at++)
      largest = Math.max(largest, Math.abs(a.data[at] - b.data[at]));
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

function fold(first: FoldedLayer, second: FoldedLayer): FoldedLayer {
  const { inputs } = first;
  const { outputs } = second;
  const { slope, offset } = lineOf(activations[first.activation]);
  const weights = new Float64Array(inputs * outputs);
  for (let i = 0; i < inputs; i++)
    addProduct(first.weights, i * first.outputs, slope, second, weights, i * outputs);
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

/** The answer to a request for a collapse: the runs that fold, and what folding them changes on the rows. */
export function collapseVersion({ trained, weights, x, target }: CollapseRequest): Collapse {
  const whole = layersOf(trained, weights);
  const folded = collapse(trained, weights);
  const columns = trained.layers[0].inputs;
  const rows = { data: x, rows: target.length, columns, stride: columns };
  const difference = largestDifference(whole, folded, rows, createReferenceKernels('f64'));
  const runs = folded.filter(({ from, to }) => from !== to);
  return { layers: runs.map(shown), max_abs_difference: difference, rows: target.length };
}

function shown({ from, to, inputs, outputs, weights, bias }: FoldedLayer): Collapse['layers'][number] {
  const row = (i: number) => Array.from(weights.subarray(i * outputs, (i + 1) * outputs));
  return { from, to, weights: Array.from({ length: inputs }, (_, i) => row(i)), bias: Array.from(bias) };
}
