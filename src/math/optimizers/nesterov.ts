/** Momentum that looks ahead: it steps by the gradient where the momentum is about to carry the parameters. */
import type { Optimizer } from './optimizer.ts';

export interface NesterovHyperparameters {
  readonly type: 'nesterov';
  readonly learning_rate: number;
  readonly momentum: number;
}

/**
 * v := μ·v + g; p := p − α·(g + μ·v), v starting at 0. Equal to torch.optim.SGD(lr=α, momentum=μ, nesterov=True): Nesterov's
 * method in the variables of the looked-ahead point, with the learning rate outside of v.
 *
 * @see Sutskever, Martens, Dahl & Hinton 2013; Bengio, Boulanger-Lewandowski & Pascanu 2013, eq. 7
 */
export const nesterov: Optimizer<NesterovHyperparameters> = {
  init: (parameterCount, kernels) => ({ tensors: { v: kernels.allocate(parameterCount) }, scalars: {} }),
  update(kernels, parameters, gradients, state, hyperparameters) {
    const { learning_rate, momentum } = hyperparameters;
    kernels.momentumStep(parameters, gradients, state.tensors.v, learning_rate, momentum, true);
  },
};
