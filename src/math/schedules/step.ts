/** Lowers the learning rate in steps: large ones to arrive, small ones to settle. */
import { integerPower } from '../integer-power.ts';
import type { Schedule, Warmup } from './schedule.ts';

export interface StepSettings extends Warmup {
  readonly type: 'step';
  readonly step_epochs: number;
  readonly factor: number;
}

/** αₜ = α·γ^⌊t/s⌋, s the `step_epochs` and γ the `factor`. Equal to torch's StepLR(step_size=s, gamma=γ). */
export const step: Schedule<StepSettings> = {
  rate: (base, epoch, _epochs, { step_epochs, factor }) =>
    base * integerPower(factor, Math.floor(epoch / step_epochs)),
};
