/** Fits the encoding of a number feature: what stands in for a missing value, and how values are scaled. */
import type { Preprocessing } from '../../contracts/model-config.ts';
import type { FittedNumber } from '../../contracts/version.ts';
import { JobFailure } from '../../errors.ts';
import type { NumberColumn } from '../table.ts';
import { percentile } from './percentile.ts';
import { type Spread, spreadOf } from './spread.ts';

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
  const whole = spreadOfAll(column, rows);
  const present = whole ? column.values : presentValues(column, rows);
  if (present.length === 0) {
    throw new JobFailure(
      'unsupported_data',
      `the feature "${column.name}" has no value in the training rows`,
    );
  }
  const missing = rows.length - present.length;
  const impute = config.missing === 'impute' ? imputedValue(present, whole, config.impute_numeric) : null;
  const values = missing > 0 && impute !== null ? append(present, impute, missing) : present;
  const spread = whole ?? spreadOf(values);
  const { min, max } = spread;
  if (config.numeric === 'log1p' && min <= -1) {
    throw new JobFailure(
      'unsupported_data',
      `log1p needs values above −1, the least of "${column.name}" is ${min}`,
    );
  }

  const { offset, scale } = scaling(values, spread, config.numeric);
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

/**
 * That of the column itself where all of its rows are asked for and none is missing, as it is with most large ones; else null. A
 * missing value is NaN, and makes the mean so.
 */
function spreadOfAll({ values }: NumberColumn, rows: Uint32Array): Spread | null {
  // Row numbers are ascending, so as many as the column has are all of them.
  if (rows.length !== values.length || values.length === 0) return null;
  const spread = spreadOf(values);
  return Number.isNaN(spread.mean) ? null : spread;
}

function presentValues({ values }: NumberColumn, rows: Uint32Array): Float64Array {
  const present = new Float64Array(rows.length);
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]];
    if (!Number.isNaN(value)) present[count++] = value;
  }
  return present.subarray(0, count);
}

function imputedValue(
  present: Float64Array,
  whole: Spread | null,
  impute: Preprocessing['impute_numeric'],
): number {
  if (impute === 'mean') return (whole ?? spreadOf(present)).mean;
  return impute === 'median' ? percentile(present, 0.5) : impute;
}

function append(values: Float64Array, value: number, count: number): Float64Array {
  const all = new Float64Array(values.length + count).fill(value);
  all.set(values);
  return all;
}

function scaling(
  values: Float64Array,
  { min, max, mean, deviation }: Spread,
  method: Preprocessing['numeric'],
): { offset: number; scale: number } {
  if (method === 'none' || method === 'log1p') return { offset: 0, scale: 1 };
  if (min === max) return { offset: min, scale: 1 };
  if (method === 'min_max') return { offset: min, scale: max - min };
  if (method === 'standardize') return { offset: mean, scale: deviation };
  const interquartile = percentile(values, 0.75) - percentile(values, 0.25);
  // Half of the values may be one and the same: they are then centred alone, as scikit-learn's RobustScaler does.
  return { offset: percentile(values, 0.5), scale: interquartile === 0 ? 1 : interquartile };
}
