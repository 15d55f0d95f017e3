/** Why a column cannot be a model's target, as far as its profile tells. */
import type { ColumnProfile } from '../contracts/dataset.ts';
import { isValidated, type ModelConfig, type Task, validationDataset } from '../contracts/model-config.ts';
import { maxNumberClasses } from '../data/target.ts';
import type { ConfigProblem, DatasetProfile } from './config-problems.ts';

const minTrainingRows = 2;

/** Outputs of the model's last layer: two classes share one, the probability of the second. */
export function outputsOf(target: ColumnProfile, task: Task): number {
  return task === 'regression' || target.distinct === 2 ? 1 : target.distinct!;
}

export function targetProblems(
  config: ModelConfig,
  target: ColumnProfile | undefined,
  task: Task,
  dataset: DatasetProfile,
): ConfigProblem[] {
  const problem = (code: ConfigProblem['code'], message: string): ConfigProblem[] => [
    { pointer: '/config/target', column: config.target, code, message },
  ];
  if (!target) return problem('unknown_column', `the dataset has no column "${config.target}"`);
  if (target.missing === dataset.rows)
    return problem('all_missing', `the target "${target.name}" has no values`);
  if (task === 'regression') {
    if (target.type === 'number') return [];
    return problem('wrong_target_type', `a regression needs a number target, "${target.name}" is a category`);
  }
  if (target.type === 'number' && !dataset.integral_columns.includes(target.name)) {
    const message = `a number target of a classification has whole numbers only, "${target.name}" has others`;
    return problem('wrong_target_type', message);
  }
  const maxClasses = target.type === 'number' ? maxNumberClasses : Number.POSITIVE_INFINITY;
  if (target.distinct === undefined || target.distinct > maxClasses) {
    const count = target.distinct ?? `at least ${target.distinct_at_least}`;
    return problem('too_many_classes', `the target "${target.name}" has ${count} distinct values`);
  }
  if (target.distinct < 2) return problem('single_class', `the target "${target.name}" has only one value`);
  return [];
}

/** Too few rows to train and to validate on. Counts at most too many: which rows miss what together, only training sees. */
export function rowProblems(
  config: ModelConfig,
  target: ColumnProfile,
  features: readonly ColumnProfile[],
  task: Task,
  rows: number,
): ConfigProblem[] {
  const dropping = config.preprocessing.missing === 'drop_row' ? [target, ...features] : [target];
  const usable = rows - Math.max(...dropping.map(({ missing }) => missing));
  const classes = task === 'classification' ? target.distinct! : 1;
  const training = Math.max(minTrainingRows, classes);
  const held = isValidated(config) && validationDataset(config) === null ? 1 : 0;
  if (usable >= training + held) return [];
  const message = `expected at least ${training} rows to train on and ${held} to validate on, got ${usable} with a value in every column that needs one`;
  return [{ pointer: '/config/target', column: target.name, code: 'too_few_rows', message }];
}
