/** Why a dataset cannot be what a model is validated on, as far as the two profiles tell. */
import type { ColumnProfile } from '../contracts/dataset.ts';
import type { ModelConfig, Task } from '../contracts/model-config.ts';
import type { ConfigProblem, DatasetProfile } from './config-problems.ts';
import { valueProblems } from './feature-problems.ts';

export interface ValidationCheck {
  readonly config: ModelConfig;
  /** The features, by name. */
  readonly names: readonly string[];
  readonly task: Task;
  /** Columns of the dataset to train on. */
  readonly byName: ReadonlyMap<string, ColumnProfile>;
  /** The dataset to validate on. */
  readonly dataset: DatasetProfile;
}

const pointer = '/config/validation/dataset';

/** The two columns of one name, in the dataset to train on and in the one to validate on. */
interface ColumnPair {
  readonly trained: ColumnProfile;
  readonly found: ColumnProfile;
}

export function validationProblems(check: ValidationCheck): ConfigProblem[] {
  const { config, names, byName, dataset } = check;
  const columns = new Map(dataset.columns.map((column) => [column.name, column]));
  const problems = [...new Set([config.target, ...names])].flatMap((name) => {
    const trained = byName.get(name);
    const found = columns.get(name);
    // What is wrong with the dataset to train on is said of that one.
    if (!trained) return [];
    const place = { pointer, column: name };
    if (!found) {
      const message = `the validation dataset has no column "${name}"`;
      return [{ ...place, code: 'unknown_column', message } as const];
    }
    const pair = { trained, found };
    const faults = name === config.target ? targetFaults(pair, check) : featureFaults(pair, config);
    return faults.map(({ code, message }) => ({
      ...place,
      code,
      message: `in the validation dataset, ${message}`,
    }));
  });
  return problems.length > 0 ? problems : usableProblems(check, columns);
}

type Fault = Pick<ConfigProblem, 'code' | 'message'>;

function typeFaults({ trained, found }: ColumnPair): Fault[] {
  if (trained.type === found.type) return [];
  const message = `"${found.name}" is a ${found.type} (${found.reason}), in the dataset to train on it is a ${trained.type}`;
  return [{ code: 'wrong_column_type', message }];
}

function featureFaults(pair: ColumnPair, config: ModelConfig): Fault[] {
  const faults = typeFaults(pair);
  return faults.length > 0 ? faults : valueProblems(pair.found, config.preprocessing);
}

function targetFaults(pair: ColumnPair, { task, dataset }: ValidationCheck): Fault[] {
  const faults = typeFaults(pair);
  if (faults.length > 0) return faults;
  const { found, trained } = pair;
  if (found.missing === dataset.rows)
    return [{ code: 'all_missing', message: `the target "${found.name}" has no values` }];
  if (task === 'regression') return [];
  if (found.type === 'number' && !dataset.integral_columns.includes(found.name)) {
    const message = `the target "${found.name}" has numbers that are not whole, which no class is`;
    return [{ code: 'wrong_target_type', message }];
  }
  return unknownClasses(found, trained).map((label) => ({
    code: 'unknown_reference',
    message: `the target "${found.name}" has the class ${JSON.stringify(label)}, which the dataset to train on has not`,
  }));
}

/** Of the classes that the profile names; a rarer one is found when the job reads the rows. */
function unknownClasses(found: ColumnProfile, trained: ColumnProfile): unknown[] {
  if (found.type !== 'category' || trained.type !== 'category') return [];
  if (trained.distinct !== trained.top.length) return [];
  const known = new Set(trained.top.map(({ value }) => String(value)));
  return found.top.map(({ value }) => value).filter((value) => !known.has(String(value)));
}

/** Counts at most too many: which rows miss what together, only training sees. */
function usableProblems(
  { config, names, dataset }: ValidationCheck,
  columns: ReadonlyMap<string, ColumnProfile>,
): ConfigProblem[] {
  const needed = config.preprocessing.missing === 'drop_row' ? [config.target, ...names] : [config.target];
  const usable = dataset.rows - Math.max(...needed.map((name) => columns.get(name)?.missing ?? 0));
  if (usable >= 1) return [];
  const message = 'the validation dataset has no row with a value in every column that needs one';
  return [{ pointer, code: 'too_few_rows', message }];
}
