/** Adam with a weight decay of its own, beside the gradient: an l2 penalty would be divided by √v̂ and so act on each weight otherwise. */
import { initMoments, type MomentHyperparameters, momentStep } from './moments.ts';
import type { Optimizer } from './optimizer.ts';

export interface AdamwHyperparameters extends MomentHyperparameters {
  readonly type: 'adamw';
  readonly weight_decay: number;
}

/**
 * p := (1 − α·δ)·p, δ the `weight_decay`, then Adam's step. Equal to torch.optim.AdamW over all parameters: biases decay too, which
 * l1 and l2 leave out.
 *
 * @see Loshchilov & Hutter, Decoupled weight decay regularization, 2019, algorithm 2
 */
export const adamw: Optimizer<AdamwHyperparameters> = {
  init: initMoments,
  update(kernels, parameters, gradients, state, hyperparameters) {
    const shrink = 1 - hyperparameters.learning_rate * hyperparameters.weight_decay;
    momentStep(kernels, parameters, gradients, state, hyperparameters, shrink);
  },
};
