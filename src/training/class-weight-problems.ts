/** Why a config's class_weight does not fit its target. */
import type { ModelConfig, Task } from '../contracts/model-config.ts';
import type { ConfigProblem } from './config-problems.ts';

/** The labels that the config gives weights to; whether the target has them, only the table can say. */
export function weightedLabels(config: ModelConfig): string[] {
  const setting = 'class_weight' in config ? config.class_weight : null;
  return setting === null || setting === 'balanced' ? [] : Object.keys(setting);
}

/** @param presentLabels those of `weightedLabels` that the target has */
export function classWeightProblems(
  config: ModelConfig,
  task: Task,
  presentLabels: ReadonlySet<string>,
): ConfigProblem[] {
  if (!('class_weight' in config) || config.class_weight === null) return [];
  if (task === 'regression') {
    const message = 'class_weight needs a classification, this is a regression';
    return [{ pointer: '/config/class_weight', code: 'validation_failed', message }];
  }
  return weightedLabels(config)
    .filter((label) => !presentLabels.has(label))
    .map((label) => ({
      pointer: `/config/class_weight/${label.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      column: config.target,
      code: 'unknown_reference',
      message: `the target "${config.target}" has no value "${label}"`,
    }));
}
