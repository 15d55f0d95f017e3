/** Gradient descent with a step size per parameter from running first and second moments of its gradient. */
import type { Optimizer } from './optimizer.ts';

export interface AdamHyperparameters {
  readonly type: 'adam';
  readonly learning_rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/**
 * m := β₁m + (1 − β₁)g; v := β₂v + (1 − β₂)g²; p := p − α·m̂/(√v̂ + ε), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
 * Equal to torch.optim.Adam: ε is added after the correction of v, and there is no weight decay. βᵗ are kept as running products,
 * since a power function has no promised bits.
 *
 * @see Kingma & Ba, Adam: a method for stochastic optimization, 2015, algorithm 1
 */
export const adam: Optimizer<AdamHyperparameters> = {
  init: (parameterCount, kernels) => ({
    tensors: { m: kernels.allocate(parameterCount), v: kernels.allocate(parameterCount) },
    scalars: { beta1_power: 1, beta2_power: 1 },
  }),
  update(kernels, parameters, gradients, { tensors, scalars }, hyperparameters) {
    const { learning_rate, beta1, beta2, epsilon } = hyperparameters;
    scalars.beta1_power *= beta1;
    scalars.beta2_power *= beta2;
    kernels.adamStep(parameters, gradients, tensors.m, tensors.v, {
      learningRate: learning_rate,
      beta1,
      beta2,
      epsilon,
      correction1: 1 - scalars.beta1_power,
      correction2: 1 - scalars.beta2_power,
    });
  },
};
