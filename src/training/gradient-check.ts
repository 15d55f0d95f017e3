/** Compares a model's gradient, computed backwards, with what moving each weight a little does to its loss. */
import type { GradientCheck } from '../contracts/inspections.ts';
import type { TrainedModel } from '../contracts/version.ts';
import type { CheckGradientsRequest } from '../data/messages.ts';
import type { Kernels } from '../math/kernels/kernels.ts';
import { createReferenceKernels } from '../math/kernels/reference.ts';
import type { LossName } from '../math/losses/index.ts';
import type { FloatArray, Matrix } from '../math/matrix.ts';
import { createNetwork, type Network, type Penalty } from '../math/network.ts';
import { createRandom } from '../math/random.ts';
import { decodeWeights } from './model-weights.ts';

type TensorError = GradientCheck['tensors'][number];

/** ∛ε: balances the truncation error h² against the rounding error ε/h. */
const step = 6e-6;
/** A difference quotient is off by about 1e-10 for a loss near 1, so below this a relative error would say nothing. */
const floor = 1e-4;
/** An error this large may be a kink of a rectifier within the step: a 16th of the step tells it from a wrong gradient. */
const suspicious = 1e-5;
const mostPerTensor = 32;
const fewestPerTensor = 4;
/** Multiply-adds of all passes together: about half a second. */
const workInAll = 2 ** 28;

export const lossOfOutput = {
  value: 'half_squared_error',
  sigmoid: 'binary_cross_entropy',
  softmax: 'softmax_cross_entropy',
} as const satisfies Partial<Record<TrainedModel['output'], LossName>>;

/** How many numbers of each tensor can be checked on how many rows: at most 32 and all. */
export function checkPlan({ layers }: TrainedModel, rows: number): { perTensor: number; rows: number } {
  const work = layers.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
  const passes = (perTensor: number) => 4 * layers.length * perTensor;
  const affordable = (perTensor: number) => Math.floor(workInAll / (passes(perTensor) * work));
  const perTensor = affordable(mostPerTensor) >= 1 ? mostPerTensor : fewestPerTensor;
  return { perTensor, rows: Math.max(1, Math.min(rows, affordable(perTensor))) };
}

export interface GradientCheckOptions {
  readonly trained: TrainedModel;
  /** The version's weights block. */
  readonly weights: Uint8Array;
  readonly penalty: Penalty;
  /** Draws the numbers that are checked. */
  readonly seed: number;
  /** Encoded rows [n, k], f64. */
  readonly x: Matrix;
  /** Class numbers or scaled values, [n]. */
  readonly target: Float64Array;
  readonly loss: LossName;
  /** Of f64. */
  readonly kernels: Kernels;
  readonly perTensor: number;
}

/**
 * In float64, at the version's weights: J = (1/n) Σ loss + l1·‖w‖₁ + (l2/2)·‖w‖₂² over these rows, without class weights and dropout.
 * For each number w of a sample of every tensor |g − q| / max(|g|, |q|, 1e-4), g = ∂J/∂w by backpropagation and
 * q = (J(w + h) − J(w − h)) / 2h, h = 6e-6 · max(1, |w|).
 */
export function checkGradient(options: GradientCheckOptions): TensorError[] {
  const { trained, penalty, x, target, loss, kernels, perTensor } = options;
  const { layers } = trained;
  const network = createNetwork({ layers, maxBatch: x.rows, kernels });
  network.importParameters(decodeWeights(trained, options.weights));
  const lossAt = () =>
    kernels.loss(loss, network.forward(x), target, null, null) / x.rows + network.penalty(penalty);

  const dLogits = kernels.matrix(x.rows, layers.at(-1)!.outputs);
  kernels.loss(loss, network.forward(x), target, null, dLogits);
  network.backward(x, dLogits);
  network.addPenaltyGradient(penalty);

  const random = createRandom(options.seed);
  const errors: TensorError[] = [];
  for (const { name, values, gradient, places } of tensorsOf(network, layers)) {
    const checked = sample(places, perTensor, random.below);
    let largest = 0;
    for (const place of checked) {
      largest = Math.max(largest, errorAt(values, place, gradient[place], lossAt));
    }
    errors.push({ name, size: places.length, checked: checked.length, max_relative_error: largest });
  }
  return errors;
}

interface Tensor {
  readonly name: string;
  readonly values: FloatArray;
  readonly gradient: FloatArray;
  /** Indices of its numbers in both, padding left out. */
  readonly places: Uint32Array;
}

function tensorsOf(network: Network, layers: TrainedModel['layers']): Tensor[] {
  const gradients = network.layout.views(network.gradients);
  return network.layers.flatMap(({ weights, bias }, l) => {
    const { name, inputs, outputs } = layers[l];
    const ofWeights = Uint32Array.from(
      { length: inputs * outputs },
      (_, at) => Math.floor(at / outputs) * weights.stride + (at % outputs),
    );
    return [
      {
        name: `${name}.weights`,
        values: weights.data,
        gradient: gradients[l].weights.data,
        places: ofWeights,
      },
      {
        name: `${name}.bias`,
        values: bias,
        gradient: gradients[l].bias,
        places: Uint32Array.from(bias, (_, at) => at),
      },
    ];
  });
}

/** All of the places, or so many of them drawn. */
function sample(places: Uint32Array, count: number, below: (n: number) => number): Uint32Array {
  if (places.length <= count) return places;
  return Uint32Array.from({ length: count }, () => places[below(places.length)]);
}

function errorAt(values: FloatArray, place: number, analytic: number, lossAt: () => number): number {
  const error = (h: number) => relativeError(analytic, quotient(values, place, h, lossAt));
  const h = step * Math.max(1, Math.abs(values[place]));
  const first = error(h);
  return first > suspicious ? Math.min(first, error(h / 16)) : first;
}

function quotient(values: FloatArray, place: number, h: number, lossAt: () => number): number {
  const value = values[place];
  values[place] = value + h;
  const above = lossAt();
  values[place] = value - h;
  const below = lossAt();
  values[place] = value;
  return (above - below) / (value + h - (value - h));
}

function relativeError(a: number, b: number): number {
  return Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), floor);
}

/** The answer to a request for a check, on as many of its rows as the network's size allows. */
export function checkVersionGradients(request: CheckGradientsRequest): GradientCheck {
  const { trained, weights, x, target, penalty, seed } = request;
  const { output } = trained;
  if (output === 'step') throw new RangeError('expected a model with a gradient, got a step');
  const columns = trained.layers[0].inputs;
  const { perTensor, rows } = checkPlan(trained, target.length);
  const tensors = checkGradient({
    trained,
    weights,
    penalty,
    seed,
    x: { data: x.subarray(0, rows * columns), rows, columns, stride: columns },
    target: target.subarray(0, rows),
    loss: lossOfOutput[output],
    kernels: createReferenceKernels('f64'),
    perTensor,
  });
  const largest = Math.max(...tensors.map((tensor) => tensor.max_relative_error));
  return { tensors, max_relative_error: largest, rows };
}
