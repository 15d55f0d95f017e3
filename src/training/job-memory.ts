/** How much memory a job will need, so that one that cannot fit is refused at submit and not killed halfway. */
import type { ColumnProfile } from '../contracts/dataset.ts';
import type { Descent, MlpConfig, ResolvedModelConfig } from '../contracts/model-config.ts';
import { designDtype } from '../data/design-matrix.ts';
import { largestProductWork } from '../math/kernels/kernels.ts';
import { maxPolishedSize } from '../math/solvers/support-newton.ts';
import { passRows } from './network-passes.ts';

export interface JobShape {
  readonly config: ResolvedModelConfig;
  /** Profiles of the target and the features. */
  readonly profiles: readonly ColumnProfile[];
  readonly rows: number;
  /** The dataset to validate on, where there is one. */
  readonly validation: { readonly rows: number } | null;
  /** Columns of the design matrix. */
  readonly columns: number;
  /** Outputs of the last layer. */
  readonly outputs: number;
}

const f32Bytes = 4;
const f64Bytes = 8;
/** A dictionary entry: a string's header, its characters, the array's slot. */
const categoryBytes = 64;
/** Per row beside the matrix: target and weight (f64), class code, row numbers of the split, the epoch's order, and their copies. */
const bookkeepingBytes = 56;
/** A solver's kernels have targets, weights and ones of their own (f64). */
const solverBytes = 24;

const padded = (columns: number) => Math.ceil(columns / 4) * 4;

/**
 * Estimated peak in bytes, the sum of
 * - table: 8·n per number column, 4·n + 64·distinct per category
 * - matrix: n · ⌈k/4⌉·4 cells of the design matrix's dtype
 * - rows: n · (56 + 24 for a solver + 8·max(2, C)), the last for the scores that the final metrics are computed from
 * - model: parameters with their gradients, optimizer or solver state and one checkpoint of them (see below)
 *
 * n rows, with those of a validation dataset, k encoded columns, C outputs. An upper bound but for the runtime's own tens of MiB.
 */
export function jobMemory(shape: JobShape): number {
  const { config, profiles, columns, outputs } = shape;
  const rows = shape.rows + (shape.validation?.rows ?? 0);
  const table = profiles.reduce(
    (sum, profile) =>
      sum +
      (profile.type === 'number' ? rows * f64Bytes : rows * f32Bytes + distinctOf(profile) * categoryBytes),
    0,
  );
  const cellBytes = designDtype(config.type, shape.rows, columns) === 'f32' ? f32Bytes : f64Bytes;
  const matrix = rows * padded(columns) * cellBytes;
  const solver = 'solver' in config ? solverBytes : 0;
  const perRow = rows * (bookkeepingBytes + solver + f64Bytes * Math.max(2, outputs));
  const model = config.type === 'mlp' ? networkBytes(config, shape) : linearBytes(shape);
  return table + matrix + perRow + model;
}

/** Copies of the parameters that each optimizer's state comes to. */
const moments = { sgd: 0, momentum: 1, nesterov: 1, adagrad: 1, rmsprop: 1, adam: 2, adamw: 2 };

type NetworkConfig = Descent & Pick<MlpConfig, 'hidden_layers' | 'initialize_from'>;

/** Padded parameters, and rows of a pass · Σ padded widths · 5: a layer keeps its z, its a and their gradient, with dropout two more. */
function networkFloats(config: NetworkConfig, { rows, columns, outputs }: JobShape) {
  const widths = [columns, ...config.hidden_layers.map(({ units }) => units), outputs].map(padded);
  const layers = widths.slice(1).map((width, index) => ({ inputs: widths[index], outputs: width }));
  const parameters = layers.reduce((sum, layer) => sum + (layer.inputs + 1) * layer.outputs, 0);
  const activations =
    passRows(layers, Math.min(config.batch_size, rows), largestProductWork) *
    widths.reduce((sum, width) => sum + width, 0) *
    5;
  return { parameters, activations };
}

/** 4 bytes · (parameters · copies + activations). */
function networkBytes(config: NetworkConfig, shape: JobShape): number {
  const { parameters, activations } = networkFloats(config, shape);
  const best = config.early_stopping === null ? 0 : 1;
  const states = 1 + moments[config.optimizer.type] + best;
  // Parameters, moments and best weights, their copy for a checkpoint and its bytes; or, at the end, the weights five times: flat,
  // as bytes, as posted, and read again into the network that measures them. Beside either the gradients, their sum and the probe's.
  // The version that it starts from stays with the trainer and its thread.
  const copies = Math.max(3 * states, states + 5) + 3 + (config.initialize_from ? 2 : 0);
  return f32Bytes * (parameters * copies + activations);
}

/**
 * The part of a network's training that lies in the kernels' memory: parameters, gradients, moments, the gradients' sum and the probe's
 * block, and the activations.
 */
export function networkKernelBytes(config: MlpConfig, shape: JobShape): number {
  const { parameters, activations } = networkFloats(config, shape);
  return f32Bytes * (parameters * (4 + moments[config.optimizer.type]) + activations);
}

/**
 * 8 bytes · size · vectors, and 3 · size² for a solver with Hessians: one, its factor, and the work of its rank. The network that sgd
 * trains is in f64.
 */
function linearBytes(shape: JobShape): number {
  const { config, columns, outputs } = shape;
  const size = (columns + 1) * outputs;
  if (!('solver' in config)) return f64Bytes * size * linearVectors('perceptron_rule');
  if (config.solver.type === 'sgd') {
    const network = { ...(config as typeof config & Descent), hidden_layers: [] };
    return (f64Bytes / f32Bytes) * networkBytes(network, shape);
  }
  const { type } = config.solver;
  const isPolished = type === 'proximal_gradient' && config.l1 > 0 && size <= maxPolishedSize;
  const hessians = type === 'newton' || type === 'normal_equations' || isPolished ? 3 : 0;
  return f64Bytes * (size * linearVectors(type) + size * size * hessians);
}

/**
 * A solver's state (θ before and after, a point, its gradient; for L-BFGS ten pairs of vectors more, for the proximal gradient two)
 * stands once in use, once in a checkpoint and once in its bytes; then a trial point, a direction and the sums of a pass.
 */
function linearVectors(solver: string): number {
  const more = { lbfgs: 20, proximal_gradient: 2 }[solver] ?? 0;
  return 3 * (4 + more) + 8;
}

const distinctOf = (profile: ColumnProfile) => profile.distinct ?? profile.distinct_at_least!;
