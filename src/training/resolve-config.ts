/** Settles what a config leaves open against one dataset, and refuses at submit whatever could only fail in training. */
import type { ColumnProfile } from '../contracts/dataset.ts';
import type {
  HiddenLayer,
  MlpConfig,
  ModelConfig,
  ResolvedModelConfig,
  Task,
} from '../contracts/model-config.ts';
import type { Warning } from '../contracts/names.ts';
import { activations } from '../math/activations/index.ts';
import { maxModelBytes } from '../math/kernels/wasm-memory.ts';
import { type DesignShape, linearSolver, logisticSolver, unitSpread } from './auto-solver.ts';
import { classWeightProblems } from './class-weight-problems.ts';
import { type ConfigProblem, type DatasetProfile, refuse } from './config-problems.ts';
import { encodedColumns, featureProblems } from './feature-problems.ts';
import { type JobShape, jobMemory, networkKernelBytes } from './job-memory.ts';
import { outputsOf, rowProblems, targetProblems } from './target-problems.ts';
import { validationProblems } from './validation-problems.ts';
import { type StartingVersion, warmStartProblems } from './warm-start-problems.ts';

export interface ResolvedConfig {
  readonly config: ResolvedModelConfig;
  /** Most epochs (a GLM's iterations) that the job will run. */
  readonly epochs: number;
  readonly warnings: Warning[];
}

/** What a submit knows beside config and profile. */
export interface SubmitContext {
  /** Most that the job may need by `jobMemory`. */
  readonly memoryBytes: number;
  /** Those of `weightedLabels`, and of the starting version's classes, that the target has. */
  readonly presentLabels: ReadonlySet<string>;
  /** The dataset that the config validates on; null where it names none. */
  readonly validationDataset: DatasetProfile | null;
  /** The version that `initialize_from` names; its classes are among those asked for in `presentLabels`. */
  readonly startingVersion?: StartingVersion | null;
}

/**
 * Resolves features, task, solver and initializers of `config` for `dataset`.
 *
 * @throws TrainyardError 422 with every problem found, each with a pointer under `/config`
 */
export function resolveConfig(
  config: ModelConfig,
  dataset: DatasetProfile,
  { memoryBytes, presentLabels, validationDataset, startingVersion: version }: SubmitContext,
): ResolvedConfig {
  const byName = new Map(dataset.columns.map((column) => [column.name, column]));
  const names =
    config.features ?? dataset.columns.map(({ name }) => name).filter((name) => name !== config.target);
  const features = names.flatMap((name) => byName.get(name) ?? []);
  const target = byName.get(config.target);
  const task = taskOf(config, target, dataset);
  const problems: ConfigProblem[] = [
    ...targetProblems(config, target, task, dataset),
    ...featureProblems(config, names, byName, dataset.rows),
    ...(target ? classWeightProblems(config, task, presentLabels) : []),
    ...(validationDataset
      ? validationProblems({ config, names, task, byName, dataset: validationDataset })
      : []),
    ...(version ? warmStartProblems({ config, names, task, byName, version, presentLabels }) : []),
  ];
  if (target && problems.length === 0)
    problems.push(...rowProblems(config, target, features, task, dataset.rows));
  refuse(problems);

  const columns = encodedColumns(features, config.preprocessing);
  const outputs = outputsOf(target!, task);
  const design = {
    columns,
    outputs,
    rows: dataset.rows,
    unitSpread: unitSpread(features, config.preprocessing),
  };
  const resolved = withDefaults(config, names, task, design);
  const shape: JobShape = {
    config: resolved,
    profiles: [target!, ...features],
    rows: dataset.rows,
    validation: validationDataset,
    columns,
    outputs,
  };
  const needed = jobMemory(shape);
  if (needed > memoryBytes) refuse([memoryProblem(needed, memoryBytes)]);
  const inKernels = resolved.type === 'mlp' ? networkKernelBytes(resolved, shape) : 0;
  if (inKernels > maxModelBytes) refuse([memoryProblem(inKernels, maxModelBytes)]);
  return { config: resolved, epochs: epochLimit(resolved), warnings: taskWarnings(config, target!, task) };
}

/** Whether an epoch of the job is an iteration of a solver, and not a pass over the rows one by one or in batches. */
export function goesByIterations(config: ResolvedModelConfig): boolean {
  return 'solver' in config && config.solver.type !== 'sgd';
}

/** Most epochs that the config allows; normal equations are one solve. */
export function epochLimit(config: ResolvedModelConfig): number {
  if (!('solver' in config)) return config.epochs;
  switch (config.solver.type) {
    case 'normal_equations':
      return 1;
    case 'sgd':
      return config.epochs!;
    default:
      return config.solver.max_iterations;
  }
}

/** A category is classified, a number regressed, but for a whole number of exactly two values: that is nearly always a class. */
function taskOf(config: ModelConfig, target: ColumnProfile | undefined, dataset: DatasetProfile): Task {
  if (config.type === 'linear_regression') return 'regression';
  if (config.type !== 'mlp') return 'classification';
  if (config.task) return config.task;
  const isTwoNumbers = target?.distinct === 2 && dataset.integral_columns.includes(target.name);
  return target?.type === 'category' || isTwoNumbers ? 'classification' : 'regression';
}

function taskWarnings(config: ModelConfig, target: ColumnProfile, task: Task): Warning[] {
  if (config.type !== 'mlp' || config.task || target.type === 'category' || task === 'regression') return [];
  const message = `The target "${target.name}" is a number with exactly two values, so it is classified; set "task" to "regression" to regress it.`;
  return [{ code: 'task_inferred', message }];
}

function withDefaults(
  config: ModelConfig,
  features: string[],
  task: Task,
  design: DesignShape,
): ResolvedModelConfig {
  switch (config.type) {
    case 'linear_regression':
      return { ...config, features, solver: linearSolver(config, design) };
    case 'logistic_regression':
      return { ...config, features, solver: logisticSolver(config, design) };
    case 'perceptron':
      return { ...config, features };
    case 'mlp':
      return { ...config, features, task, hidden_layers: initialized(config) };
  }
}

function initialized(config: MlpConfig): HiddenLayer[] {
  return config.hidden_layers.map((layer) => ({
    ...layer,
    initializer: layer.initializer ?? activations[layer.activation].defaultInitializer,
  }));
}

function memoryProblem(needed: number, budget: number): ConfigProblem {
  const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`;
  const message = `the job would need about ${mebibytes(needed)}, its budget is ${mebibytes(budget)}`;
  return { pointer: '/config', code: 'memory_exceeded', message };
}
