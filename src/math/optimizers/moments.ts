/** The state and the step that Adam and AdamW share. */
import type { Kernels } from '../kernels/kernels.ts';
import type { FloatArray } from '../matrix.ts';
import type { OptimizerState } from './optimizer.ts';

export interface MomentHyperparameters {
  readonly learning_rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** βᵗ are kept as running products, since a power function has no promised bits. */
export function initMoments(parameterCount: number, kernels: Kernels): OptimizerState {
  return {
    tensors: { m: kernels.allocate(parameterCount), v: kernels.allocate(parameterCount) },
    scalars: { beta1_power: 1, beta2_power: 1 },
  };
}

/** p := shrink·p, then Adam's step. */
export function momentStep(
  kernels: Kernels,
  parameters: FloatArray,
  gradients: FloatArray,
  { tensors, scalars }: OptimizerState,
  { learning_rate, beta1, beta2, epsilon }: MomentHyperparameters,
  shrink: number,
): void {
  scalars.beta1_power *= beta1;
  scalars.beta2_power *= beta2;
  kernels.adamStep(parameters, gradients, tensors.m, tensors.v, {
    learningRate: learning_rate,
    beta1,
    beta2,
    epsilon,
    correction1: 1 - scalars.beta1_power,
    correction2: 1 - scalars.beta2_power,
    shrink,
  });
}
