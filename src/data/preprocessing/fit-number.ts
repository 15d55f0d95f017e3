/** Fits the encoding of a number feature: what stands in for a missing value, and how values are scaled. */
import type { Preprocessing } from '../../contracts/model-config.ts';
import type { FittedNumber } from '../../contracts/version.ts';
import { JobFailure } from '../../errors.ts';
import type { NumberColumn } from '../table.ts';
import { percentile } from './percentile.ts';

export interface FittedNumberFeature {
  readonly feature: FittedNumber;
  /** All values are the same: a scaling encodes them as 0, `none` and `log1p` leave them as they are. */
  readonly isConstant: boolean;
}

/**
 * Missing values are imputed first and scaled with the rest, as a scikit-learn pipeline of imputer and scaler does.
 *
 * @param rows numbers of the training rows
 * @throws JobFailure `unsupported_data`: no value at all, a value ≤ −1 under log1p, a range beyond double precision
 */
export function fitNumber(
  column: NumberColumn,
  rows: Uint32Array,
  config: Preprocessing,
): FittedNumberFeature {
  const present = presentValues(column, rows);
  if (present.length === 0) {
    throw new JobFailure(
      'unsupported_data',
      `the feature "${column.name}" has no value in the training rows`,
    );
  }
  const missing = rows.length - present.length;
  const impute = config.missing === 'impute' ? imputedValue(present, config.impute_numeric) : null;
  const values = missing > 0 && impute !== null ? append(present, impute, missing) : present;
  const [min, max] = range(values);
  if (config.numeric === 'log1p' && min <= -1) {
    throw new JobFailure(
      'unsupported_data',
      `log1p needs values above −1, the least of "${column.name}" is ${min}`,
    );
  }

  const { offset, scale } = scaling(values, config.numeric);
  if (!(Number.isFinite(offset) && Number.isFinite(scale) && scale > 0 && Number.isFinite(impute ?? 0))) {
    throw new JobFailure(
      'unsupported_data',
      `the values of "${column.name}" (${min} to ${max}) are too large or small to scale`,
    );
  }
  const feature: FittedNumber = {
    name: column.name,
    type: 'number',
    transform: config.numeric === 'log1p' ? 'log1p' : 'identity',
    offset,
    scale,
    impute,
    missing_indicator: config.missing_indicator && missing > 0 && impute !== null,
  };
  return { feature, isConstant: min === max };
}

function presentValues(column: NumberColumn, rows: Uint32Array): Float64Array {
  const values = new Float64Array(rows.length);
  let count = 0;
  for (const row of rows) if (!Number.isNaN(column.values[row])) values[count++] = column.values[row];
  return values.subarray(0, count);
}

function imputedValue(present: Float64Array, impute: Preprocessing['impute_numeric']): number {
  if (impute === 'mean') return mean(present);
  return impute === 'median' ? percentile(present.slice().sort(), 0.5) : impute;
}

function append(values: Float64Array, value: number, count: number): Float64Array {
  const all = new Float64Array(values.length + count).fill(value);
  all.set(values);
  return all;
}

function scaling(values: Float64Array, method: Preprocessing['numeric']): { offset: number; scale: number } {
  if (method === 'none' || method === 'log1p') return { offset: 0, scale: 1 };
  const [min, max] = range(values);
  if (min === max) return { offset: min, scale: 1 };
  if (method === 'min_max') return { offset: min, scale: max - min };
  if (method === 'standardize') {
    const center = mean(values);
    return { offset: center, scale: deviation(values, center) };
  }
  const sorted = values.slice().sort();
  const interquartile = percentile(sorted, 0.75) - percentile(sorted, 0.25);
  // Half of the values may be one and the same: they are then centred alone, as scikit-learn's RobustScaler does.
  return { offset: percentile(sorted, 0.5), scale: interquartile === 0 ? 1 : interquartile };
}

function range(values: Float64Array): [min: number, max: number] {
  let min = values[0];
  let max = values[0];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

/** The sum carries what each addition rounds off, so that the mean is off by a unit in its last place at most. @see Neumaier 1974 */
function mean(values: Float64Array): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return (sum + lost) / values.length;
}

/** √(Σ(x − center)² / n), of the population. Distances are divided by the largest first, so that no square over- or underflows. */
function deviation(values: Float64Array, center: number): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value - center));
  let sum = 0;
  for (const value of values) sum += ((value - center) / largest) * ((value - center) / largest);
  return largest * Math.sqrt(sum / values.length);
}
