/** The learning rate of an epoch: a warm-up, then the schedule. */
import { type ScheduleSettings, schedules } from './index.ts';

/**
 * In the w epochs of the warm-up α·(e + 1)/(w + 1): it rises in equal steps, and the first epoch after it is the first at α. Then
 * what the schedule says, which counts its epochs from there.
 *
 * @param base   α of the optimizer's config
 * @param epoch  e, 0 for the first of the job
 * @param epochs most epochs that the job will run, more than the warm-up's
 */
export function learningRate(
  base: number,
  epoch: number,
  epochs: number,
  settings: ScheduleSettings,
): number {
  const { warmup_epochs: warmup } = settings;
  if (epoch < warmup) return (base * (epoch + 1)) / (warmup + 1);
  return schedules[settings.type].rate(base, epoch - warmup, epochs - warmup, settings);
}
