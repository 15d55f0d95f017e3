/** Every learning-rate schedule by the name that a model config gives it; a new one is a file and a line here. */
import { type ConstantSettings, constant } from './constant.ts';
import { type CosineSettings, cosine } from './cosine.ts';
import { type ExponentialSettings, exponential } from './exponential.ts';
import type { Schedule } from './schedule.ts';
import { type StepSettings, step } from './step.ts';

/** What a config says of its schedule; `type` names it. */
export type ScheduleSettings = ConstantSettings | StepSettings | ExponentialSettings | CosineSettings;
export type ScheduleName = ScheduleSettings['type'];

/** `schedules[s.type]` takes s: the caller keeps the two together. */
export const schedules: Readonly<Record<ScheduleName, Schedule<ScheduleSettings>>> = {
  constant,
  step,
  exponential,
  cosine,
};
