/** Gradient descent with a step size per parameter from running first and second moments of its gradient. */
import { initMoments, type MomentHyperparameters, momentStep } from './moments.ts';
import type { Optimizer } from './optimizer.ts';

export interface AdamHyperparameters extends MomentHyperparameters {
  readonly type: 'adam';
}

/**
 * m := β₁m + (1 − β₁)g; v := β₂v + (1 − β₂)g²; p := p − α·m̂/(√v̂ + ε), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
 * Equal to torch.optim.Adam: ε is added after the correction of v, and there is no weight decay.
 *
 * @see Kingma & Ba, Adam: a method for stochastic optimization, 2015, algorithm 1
 */
export const adam: Optimizer<AdamHyperparameters> = {
  init: initMoments,
  update(kernels, parameters, gradients, state, hyperparameters) {
    momentStep(kernels, parameters, gradients, state, hyperparameters, 1);
  },
};
