/** What every optimizer provides: two functions over a state that is plain data, so that it checkpoints by itself. */
import type { Kernels } from '../kernels/kernels.ts';
import type { FloatArray } from '../matrix.ts';

/** Tensors are as long as the parameter block and laid out like it; both records are updated in place. */
export interface OptimizerState {
  readonly tensors: Record<string, FloatArray>;
  readonly scalars: Record<string, number>;
}

export interface Optimizer<Hyperparameters> {
  /** The state before the first step; allocates its tensors from the kernels. */
  init(parameterCount: number, kernels: Kernels): OptimizerState;
  /** One step: changes `parameters` and `state` in place, allocates no array. `gradients` are of the mean loss. */
  update(
    kernels: Kernels,
    parameters: FloatArray,
    gradients: FloatArray,
    state: OptimizerState,
    hyperparameters: Hyperparameters,
  ): void;
}
