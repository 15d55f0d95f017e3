/** Fits the encoding of a category feature: its categories, and what stands in for a missing one. */
import type { Preprocessing } from '../../contracts/model-config.ts';
import type { FittedCategory } from '../../contracts/version.ts';
import { JobFailure } from '../../errors.ts';
import { compareCodePoints } from '../code-point-order.ts';
import type { CategoryColumn } from '../table.ts';

export interface FittedCategoryFeature {
  readonly feature: FittedCategory;
  /** There is one category, which encodes as 0. */
  readonly isConstant: boolean;
}

/**
 * Categories are those of the training rows after imputation, so a constant that stands in for missing ones is a category of
 * its own.
 *
 * @param rows numbers of the training rows
 * @throws JobFailure `unsupported_data`: no value at all, more than `max_categories`
 */
export function fitCategory(
  column: CategoryColumn,
  rows: Uint32Array,
  config: Preprocessing,
): FittedCategoryFeature {
  const counts = new Float64Array(column.dictionary.length);
  let missing = 0;
  for (const row of rows) {
    if (column.codes[row] < 0) missing++;
    else counts[column.codes[row]]++;
  }
  if (missing === rows.length) {
    throw new JobFailure(
      'unsupported_data',
      `the feature "${column.name}" has no value in the training rows`,
    );
  }
  const impute = config.missing === 'impute' ? imputedCategory(column, counts, config.impute_category) : null;
  const categories = column.dictionary.filter((_, code) => counts[code] > 0);
  if (missing > 0 && impute !== null && !categories.includes(impute)) {
    categories.push(impute);
    categories.sort(compareCodePoints);
  }
  if (categories.length > config.max_categories) {
    throw new JobFailure(
      'unsupported_data',
      `"${column.name}" has ${categories.length} categories, max_categories is ${config.max_categories}`,
    );
  }
  const feature: FittedCategory = {
    name: column.name,
    type: 'category',
    encoding: config.category,
    categories,
    boolean: column.boolean,
    impute,
    missing_indicator: config.missing_indicator && missing > 0 && impute !== null,
  };
  return { feature, isConstant: categories.length === 1 };
}

/** Of equally frequent categories the first by code point. */
function imputedCategory(column: CategoryColumn, counts: Float64Array, impute: string): string {
  if (impute !== 'most_frequent') return impute;
  const most = counts.reduce((best, count, code) => (count > counts[best] ? code : best), 0);
  return column.dictionary[most];
}
