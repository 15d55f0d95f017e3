/** Gradient descent with a step size per parameter from the recent size of its gradient: Adagrad that forgets. */
import type { Optimizer } from './optimizer.ts';

export interface RmspropHyperparameters {
  readonly type: 'rmsprop';
  readonly learning_rate: number;
  /** PyTorch's name for the decay of the running square; not the α of the equations. */
  readonly alpha: number;
  readonly epsilon: number;
}

/**
 * s := ρ·s + (1 − ρ)·g², ρ the `alpha`; p := p − α·g/(√s + ε), s starting at 0. Equal to torch.optim.RMSprop(lr=α, alpha=ρ, eps=ε):
 * ε outside of the root, no momentum, not centred.
 *
 * @see Tieleman & Hinton, Coursera, Neural networks for machine learning, lecture 6.5, 2012
 */
export const rmsprop: Optimizer<RmspropHyperparameters> = {
  init: (parameterCount, kernels) => ({ tensors: { s: kernels.allocate(parameterCount) }, scalars: {} }),
  update(kernels, parameters, gradients, { tensors }, { learning_rate, alpha, epsilon }) {
    const scalars = { learningRate: learning_rate, keep: alpha, add: 1 - alpha, epsilon };
    kernels.rootSquareStep(parameters, gradients, tensors.s, scalars);
  },
};
