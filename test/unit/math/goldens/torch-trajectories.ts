/** The numbers of torch-trajectories.json, typed; torch-trajectories.py made them. */
import { readFileSync } from 'node:fs';
import type { ActivationName } from '../../../../src/math/activations/index.ts';
import type { LossName } from '../../../../src/math/losses/index.ts';
import type { OptimizerHyperparameters, OptimizerName } from '../../../../src/math/optimizers/index.ts';
import type { ScheduleName, ScheduleSettings } from '../../../../src/math/schedules/index.ts';

interface TorchTrajectories {
  readonly optimizers: Record<
    OptimizerName,
    { hyperparameters: OptimizerHyperparameters; steps: number[][] }
  >;
  readonly networks: readonly {
    readonly activation: ActivationName;
    readonly loss: LossName;
    readonly target: readonly number[];
    /** J before each of the steps. */
    readonly losses: readonly number[];
    /** Flat parameters after the last. */
    readonly parameters: readonly number[];
  }[];
  /** Everything at once; the generator says what. */
  readonly recipe: {
    readonly losses: readonly number[];
    /** ‖g‖₂ before it was clipped. */
    readonly norms: readonly number[];
    readonly parameters: readonly number[];
  };
  /** Learning rates of ten epochs from 0.2. */
  readonly schedules: Record<
    ScheduleName,
    { settings: Omit<ScheduleSettings, 'warmup_epochs'>; rates: readonly number[] }
  >;
}

export const torchTrajectories: TorchTrajectories = JSON.parse(
  readFileSync(new URL('torch-trajectories.json', import.meta.url), 'utf8'),
);

/** The numbers that the generator starts from: ((7 (start + i)) mod 11 − 5) / 8. */
export function pattern(count: number, start: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => (((7 * (start + i)) % 11) - 5) / 8);
}
