/** Gradient descent with a decaying sum of past gradients (Polyak's heavy ball). */
import type { Optimizer } from './optimizer.ts';

export interface MomentumHyperparameters {
  readonly type: 'momentum';
  readonly learning_rate: number;
  readonly momentum: number;
}

/**
 * v := μ·v + g; p := p − α·v, v starting at 0. Equal to torch.optim.SGD(lr=α, momentum=μ): dampening 0, and the learning rate
 * outside of v, unlike Sutskever et al. 2013.
 */
export const momentum: Optimizer<MomentumHyperparameters> = {
  init: (parameterCount, kernels) => ({ tensors: { v: kernels.allocate(parameterCount) }, scalars: {} }),
  update(kernels, parameters, gradients, state, hyperparameters) {
    const { learning_rate, momentum } = hyperparameters;
    kernels.momentumStep(parameters, gradients, state.tensors.v, learning_rate, momentum, false);
  },
};
