/** Lowers the learning rate along half a cosine: slowly at first and at last. */
import { cosinePi } from '../cosine.ts';
import type { Schedule, Warmup } from './schedule.ts';

export interface CosineSettings extends Warmup {
  readonly type: 'cosine';
  readonly minimum: number;
}

/**
 * αₜ = α_min + ½(α − α_min)(1 + cos(πt/T)), α_min the `minimum` and T the epochs after the warm-up: it would be reached in epoch T,
 * the one after the last. Equal to torch's CosineAnnealingLR(T_max=T, eta_min=α_min).
 *
 * @see Loshchilov & Hutter, SGDR: stochastic gradient descent with warm restarts, 2017, eq. 5
 */
export const cosine: Schedule<CosineSettings> = {
  rate: (base, epoch, epochs, { minimum }) =>
    minimum + 0.5 * (base - minimum) * (1 + cosinePi(epoch / epochs)),
};
