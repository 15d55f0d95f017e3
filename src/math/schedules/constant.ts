/** The schedule of those who want none. */
import type { Schedule, Warmup } from './schedule.ts';

export interface ConstantSettings extends Warmup {
  readonly type: 'constant';
}

/** αₜ = α. */
export const constant: Schedule<ConstantSettings> = {
  rate: (base) => base,
};
