/** Why a version cannot be what a training starts from, as far as config, profile and version tell. */
import type { ColumnProfile } from '../contracts/dataset.ts';
import type { ModelConfig, Preprocessing, Task } from '../contracts/model-config.ts';
import type { FittedFeature, TrainedModel } from '../contracts/version.ts';
import type { ConfigProblem } from './config-problems.ts';

/** The version that a config names in `initialize_from`. */
export interface StartingVersion {
  readonly config: Pick<ModelConfig, 'type'>;
  readonly trained: TrainedModel;
}

export interface WarmStartCheck {
  readonly config: ModelConfig;
  /** The features, by name. */
  readonly names: readonly string[];
  readonly task: Task;
  /** Columns of the dataset to train on. */
  readonly byName: ReadonlyMap<string, ColumnProfile>;
  readonly version: StartingVersion;
  /** Those of the version's classes that the target has. */
  readonly presentLabels: ReadonlySet<string>;
}

/** The version's classes as text; whether the target has them, only the table can say. */
export function classesOf(version: StartingVersion | null): string[] {
  return (version?.trained.classes ?? []).map(String);
}

export function warmStartProblems(check: WarmStartCheck): ConfigProblem[] {
  const { config, version } = check;
  if (version.config.type !== config.type)
    return [mismatch('/config/type', version.config.type, config.type)];
  return [...taskProblems(check), ...layerProblems(check), ...featureProblems(check)];
}

function mismatch(pointer: string, expected: unknown, got: unknown, column?: string): ConfigProblem {
  const message = `expected ${JSON.stringify(expected)} as in the version to start from, got ${JSON.stringify(got)}`;
  return { pointer, code: 'incompatible_version', message, ...(column === undefined ? {} : { column }) };
}

function taskProblems({ config, task, byName, version, presentLabels }: WarmStartCheck): ConfigProblem[] {
  const { trained } = version;
  if (trained.task !== task) return [mismatch('/config/task', trained.task, task)];
  const target = byName.get(config.target);
  if (task === 'regression' || !target) return [];
  const absent = classesOf(version).filter((label) => !presentLabels.has(label));
  if (absent.length === 0 && target.distinct === trained.classes!.length) return [];
  const detail = absent.length > 0 ? `the target lacks ${JSON.stringify(absent[0])}` : 'the target has more';
  const message = `expected the ${trained.classes!.length} classes of the version to start from; ${detail}`;
  return [{ pointer: '/config/target', column: config.target, code: 'incompatible_version', message }];
}

function layerProblems({ config, version }: WarmStartCheck): ConfigProblem[] {
  if (config.type !== 'mlp') return [];
  const before = version.trained.layers.slice(0, -1);
  const pointer = '/config/hidden_layers';
  if (before.length !== config.hidden_layers.length)
    return [mismatch(pointer, before.length, config.hidden_layers.length)];
  return config.hidden_layers.flatMap(({ units, activation }, i) => [
    ...(units === before[i]!.outputs ? [] : [mismatch(`${pointer}/${i}/units`, before[i]!.outputs, units)]),
    ...(activation === before[i]!.activation
      ? []
      : [mismatch(`${pointer}/${i}/activation`, before[i]!.activation, activation)]),
  ]);
}

/** Their order may differ. */
function featureProblems({ config, names, byName, version }: WarmStartCheck): ConfigProblem[] {
  const before = new Map(version.trained.preprocessing.features.map((feature) => [feature.name, feature]));
  const pointer = '/config/features';
  const lost = [...before.keys()].filter((name) => !names.includes(name));
  const problems = lost.map((name): ConfigProblem => {
    const message = `the version to start from has the feature "${name}"`;
    return { pointer, column: name, code: 'incompatible_version', message };
  });
  for (const name of names) {
    const column = byName.get(name);
    const feature = before.get(name);
    if (!feature) {
      const message = `the version to start from has no feature "${name}"`;
      problems.push({ pointer, column: name, code: 'incompatible_version', message });
    } else if (column && column.type !== feature.type) {
      problems.push(mismatch(pointer, feature.type, column.type, name));
    } else {
      problems.push(...encodingProblems(feature, config.preprocessing));
    }
  }
  return problems;
}

/** Scalings are re-expressed; ln(1 + x) for x, or one code for many columns, are another function. */
function encodingProblems(feature: FittedFeature, { numeric, category }: Preprocessing): ConfigProblem[] {
  const pointer = '/config/preprocessing';
  if (feature.type === 'category') {
    if (feature.encoding === category) return [];
    return [mismatch(`${pointer}/category`, feature.encoding, category, feature.name)];
  }
  const transform = numeric === 'log1p' ? 'log1p' : 'identity';
  if (feature.transform === transform) return [];
  const expected = feature.transform === 'log1p' ? 'log1p' : 'a scaling other than log1p';
  return [mismatch(`${pointer}/numeric`, expected, numeric, feature.name)];
}
