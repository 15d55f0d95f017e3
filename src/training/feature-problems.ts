/** Why columns cannot be a model's features under its preprocessing, as far as their profiles tell. */
import type { CategoryColumnProfile, ColumnProfile, NumberColumnProfile } from '../contracts/dataset.ts';
import type { ModelConfig, Preprocessing } from '../contracts/model-config.ts';
import type { ConfigProblem } from './config-problems.ts';

/** Columns of the design matrix: an upper bound, since the training rows may lack a category. */
export function encodedColumns(features: readonly ColumnProfile[], preprocessing: Preprocessing): number {
  return features.reduce((sum, feature) => {
    const isOneHot = feature.type === 'category' && preprocessing.category === 'one_hot';
    const indicators = preprocessing.missing_indicator && feature.missing > 0 ? 1 : 0;
    return sum + indicators + (isOneHot ? distinctOf(feature) : 1);
  }, 0);
}

/**
 * @param names  the config's features, or the default ones
 * @param byName every column of the dataset
 */
export function featureProblems(
  config: ModelConfig,
  names: readonly string[],
  byName: ReadonlyMap<string, ColumnProfile>,
  rows: number,
): ConfigProblem[] {
  if (names.length === 0) {
    const message = 'the dataset has no column but the target';
    return [{ pointer: '/config/features', code: 'unknown_column', message }];
  }
  const all = new Set([...names, config.target]);
  const seen = new Set<string>();
  const problems = names.flatMap((name, index) => {
    const place = {
      pointer: config.features ? `/config/features/${index}` : '/config/features',
      column: name,
    };
    const feature = byName.get(name);
    const refusal = (code: ConfigProblem['code'], message: string) => [{ ...place, code, message }];
    if (!feature) return refusal('unknown_column', `the dataset has no column "${name}"`);
    if (name === config.target)
      return refusal('validation_failed', `the target "${name}" cannot be a feature`);
    if (seen.has(name)) return refusal('validation_failed', `the feature "${name}" is named twice`);
    seen.add(name);
    if (feature.missing === rows) return refusal('all_missing', `the feature "${name}" has no values`);
    return encodingProblems(feature, config.preprocessing, all).map((problem) => ({ ...place, ...problem }));
  });
  return [...problems, ...imputeProblems(config.preprocessing)];
}

type EncodingProblem = Pick<ConfigProblem, 'code' | 'message'>;

function encodingProblems(
  feature: ColumnProfile,
  preprocessing: Preprocessing,
  names: ReadonlySet<string>,
): EncodingProblem[] {
  return [
    ...valueProblems(feature, preprocessing),
    ...(feature.type === 'category' ? categoryProblems(feature, preprocessing) : []),
    ...clashProblems(feature, preprocessing, names),
  ];
}

/** What the values of a column rule out, whether it is trained on or measured on. */
export function valueProblems(feature: ColumnProfile, preprocessing: Preprocessing): EncodingProblem[] {
  const problems: EncodingProblem[] = [];
  if (preprocessing.missing === 'error' && feature.missing > 0) {
    const message = `the feature "${feature.name}" misses ${feature.missing} values, and "missing" is "error"`;
    problems.push({ code: 'missing_values', message });
  }
  if (feature.type === 'number') problems.push(...numberProblems(feature, preprocessing));
  return problems;
}

function numberProblems({ name, min }: NumberColumnProfile, { numeric }: Preprocessing): EncodingProblem[] {
  if (numeric !== 'log1p' || min === null || min > -1) return [];
  const message = `log1p needs values above −1, the least of "${name}" is ${min}`;
  return [{ code: 'number_out_of_range', message }];
}

function categoryProblems(feature: CategoryColumnProfile, preprocessing: Preprocessing): EncodingProblem[] {
  const distinct = distinctOf(feature);
  if (distinct <= preprocessing.max_categories) return [];
  const count = feature.distinct ?? `at least ${distinct}`;
  const message = `the feature "${feature.name}" has ${count} distinct values, "max_categories" is ${preprocessing.max_categories}`;
  return [{ code: 'cardinality_too_high', message }];
}

/** The profile knows the ten most frequent values; a clash with a rarer one is found when the encoder is fitted. */
function clashProblems(
  feature: ColumnProfile,
  preprocessing: Preprocessing,
  names: ReadonlySet<string>,
): EncodingProblem[] {
  const isOneHot = feature.type === 'category' && preprocessing.category === 'one_hot';
  const encoded = isOneHot ? feature.top.map(({ value }) => `${feature.name}=${value}`) : [];
  if (preprocessing.missing_indicator && feature.missing > 0) encoded.push(`${feature.name}:missing`);
  return encoded
    .filter((name) => names.has(name))
    .map((name) => ({
      code: 'column_name_clash',
      message: `encoding "${feature.name}" makes a column "${name}", and there is one of that name already`,
    }));
}

function imputeProblems({ numeric, impute_numeric: impute }: Preprocessing): ConfigProblem[] {
  if (numeric !== 'log1p' || typeof impute !== 'number' || impute > -1) return [];
  const message = `log1p needs values above −1, "impute_numeric" is ${impute}`;
  return [{ pointer: '/config/preprocessing/impute_numeric', code: 'number_out_of_range', message }];
}

const distinctOf = (column: ColumnProfile) => column.distinct ?? column.distinct_at_least!;
