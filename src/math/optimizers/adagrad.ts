/** Gradient descent with a step size per parameter that shrinks with all that its gradient has been: for sparse features. */
import type { Optimizer } from './optimizer.ts';

export interface AdagradHyperparameters {
  readonly type: 'adagrad';
  readonly learning_rate: number;
  readonly epsilon: number;
}

/**
 * s := s + g²; p := p − α·g/(√s + ε), s starting at 0. Equal to torch.optim.Adagrad(lr=α, eps=ε); its `lr_decay` is a schedule's
 * business here.
 *
 * @see Duchi, Hazan & Singer, Adaptive subgradient methods, 2011
 */
export const adagrad: Optimizer<AdagradHyperparameters> = {
  init: (parameterCount, kernels) => ({ tensors: { s: kernels.allocate(parameterCount) }, scalars: {} }),
  update(kernels, parameters, gradients, { tensors }, { learning_rate, epsilon }) {
    const scalars = { learningRate: learning_rate, keep: 1, add: 1, epsilon };
    kernels.rootSquareStep(parameters, gradients, tensors.s, scalars);
  },
};
