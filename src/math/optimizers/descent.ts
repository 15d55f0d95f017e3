/** An optimizer as a config asks for it: at the learning rate of its schedule, on a clipped gradient. */
import { clipGradient } from '../clip-gradient.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { FloatArray } from '../matrix.ts';
import type { ScheduleSettings } from '../schedules/index.ts';
import { learningRate } from '../schedules/learning-rate.ts';
import { type OptimizerHyperparameters, type OptimizerState, optimizers } from './index.ts';

export type DescentSettings = OptimizerHyperparameters & {
  readonly schedule: ScheduleSettings;
  /** Largest ‖g‖₂ of a step; null for no bound. */
  readonly clip_norm: number | null;
};

export interface Descent {
  /** Changed in place by each step: with the epoch it is all that the next one depends on. */
  readonly state: OptimizerState;
  /** Sets the learning rate of the steps that follow. @param epoch 0 for the first of the job */
  beginEpoch(epoch: number): void;
  /** Changes `parameters`, and clips `gradients`, in place. Both are blocks as long as the one that it was made for. */
  step(parameters: FloatArray, gradients: FloatArray): void;
}

/** @param epochs most epochs that the job will run */
export function createDescent(
  settings: DescentSettings,
  epochs: number,
  parameterCount: number,
  kernels: Kernels,
): Descent {
  const optimizer = optimizers[settings.type];
  const state = optimizer.init(parameterCount, kernels);
  let present: OptimizerHyperparameters = settings;
  return {
    state,
    beginEpoch(epoch) {
      const rate = learningRate(settings.learning_rate, epoch, epochs, settings.schedule);
      present = { ...settings, learning_rate: rate };
    },
    step(parameters, gradients) {
      if (settings.clip_norm !== null) clipGradient(kernels, gradients, settings.clip_norm);
      optimizer.update(kernels, parameters, gradients, state, present);
    },
  };
}
