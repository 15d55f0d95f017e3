/** What fitting has in common, whatever the model: epochs one at a time, over a state that can be saved between any two steps. */
import type { LayerStatistics } from '../contracts/diagnostics.ts';
import type { EpochMetrics } from '../contracts/job.ts';
import type { ResolvedModelConfig } from '../contracts/model-config.ts';
import type { Warning } from '../contracts/names.ts';
import type { DenseLayer } from '../contracts/version.ts';
import type { Kernels } from '../math/kernels/kernels.ts';
import type { FloatArray } from '../math/matrix.ts';
import type { GlmKernels } from '../math/solvers/glm-kernels.ts';
import type { PreparedData } from './prepare-data.ts';

/** What one epoch came to. A number may be non-finite: the caller ends the job then. */
export interface FitEpoch {
  /** J on the training rows. */
  readonly loss: number;
  /** J on the validation rows; null without any. */
  readonly validationLoss: number | null;
  readonly metrics: EpochMetrics;
  /** Why no further epoch should follow; null to go on. */
  readonly stopReason: 'converged' | 'separable_data' | 'early_stopping' | null;
  /** Of a network's layers, first to last, where the epoch was probed. */
  readonly layers?: LayerStatistics[];
}

/** Everything that the rest of the training depends on, beside config and data. */
export interface FitState {
  /** What JSON keeps exactly: integers and lists of them. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, FloatArray>>;
}

export interface FitOptions<Config = ResolvedModelConfig> {
  readonly config: Config;
  readonly data: PreparedData;
  readonly kernels: Kernels;
  /** Those of a regression's solver, whose memory the design matrix lies in; null for whatever goes by steps. */
  readonly glmKernels: GlmKernels | null;
  /** Called at least every 50 ms of work; may throw to stop the fit. */
  readonly poll: () => void;
  /** Called after each step of an epoch that has several, where `state()` is whole; may throw to stop the fit. */
  readonly onStep: () => void;
  /** Continue from here; null starts anew. */
  readonly state: FitState | null;
  /** Where to start anew: parameters as `Fit.parameters` gives them, in f64. Without them as the type of model does. */
  readonly start?: Float64Array | null;
}

export interface Fit {
  readonly layers: readonly DenseLayer[];
  /**
   * One pass over the training rows, or one iteration of a solver. From a state saved between two steps: the rest of its epoch.
   *
   * @throws whatever `poll` and `onStep` throw; the fit is then of no further use
   */
  epoch(): FitEpoch;
  /** A copy: a fit made from it continues to identical bits. */
  state(): FitState;
  /** W row-major, then b, layer after layer, in the dtype that the model is stored in. */
  parameters(): FloatArray;
  /**
   * Ends the fit: `parameters` are from now on those that the model keeps, with early stopping the best ones. No epoch may follow.
   *
   * @returns what the user should know of it
   */
  finish(): Warning[];
}

/** The arrays and numbers that optimizers and solvers keep. */
interface NumericState {
  readonly tensors: Readonly<Record<string, FloatArray>>;
  readonly scalars: Readonly<Record<string, number>>;
}

/** A state's arrays and numbers by name, the numbers as arrays of one element: JSON would lose −0 and infinities. */
export function tensorsOf({ tensors, scalars }: NumericState): Record<string, FloatArray> {
  const arrays = Object.entries(tensors).map(([name, values]) => [`tensor.${name}`, values.slice()] as const);
  const numbers = Object.entries(scalars).map(
    ([name, value]) => [`scalar.${name}`, Float64Array.of(value)] as const,
  );
  return Object.fromEntries<FloatArray>([...arrays, ...numbers]);
}
