/** Plain stochastic gradient descent. */
import type { Optimizer } from './optimizer.ts';

export interface SgdHyperparameters {
  readonly type: 'sgd';
  readonly learning_rate: number;
}

/** p := p − α·g. Equal to torch.optim.SGD(lr=α). */
export const sgd: Optimizer<SgdHyperparameters> = {
  init: () => ({ tensors: {}, scalars: {} }),
  update(kernels, parameters, gradients, _state, { learning_rate }) {
    kernels.sgdStep(parameters, gradients, learning_rate);
  },
};
