/** Lowers the learning rate by the same factor each epoch. */
import { integerPower } from '../integer-power.ts';
import type { Schedule, Warmup } from './schedule.ts';

export interface ExponentialSettings extends Warmup {
  readonly type: 'exponential';
  readonly factor: number;
}

/** αₜ = α·γᵗ, γ the `factor`. Equal to torch's ExponentialLR(gamma=γ). */
export const exponential: Schedule<ExponentialSettings> = {
  rate: (base, epoch, _epochs, { factor }) => base * integerPower(factor, epoch),
};
