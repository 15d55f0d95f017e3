/** Writes one encoded value into the matrix: the one place where a cell becomes numbers, whether it came by table or by JSON row. */
import type { FittedCategory, FittedNumber } from '../../contracts/version.ts';
import { log1p } from '../../math/elementary.ts';
import type { FloatArray } from '../../math/matrix.ts';

/** Number of a category that training did not see. */
export const unseen = -1;

/**
 * Writes (t(value) − offset) / scale at `at`, then the indicator if there is one. Computed in f64, stored in the dtype of `data`.
 *
 * @param value present, or what stands in for a missing value
 * @returns false when what was stored is not finite: the value is out of the range that can be encoded
 */
export function writeNumber(
  feature: FittedNumber,
  value: number,
  isMissing: boolean,
  data: FloatArray,
  at: number,
): boolean {
  const transformed = feature.transform === 'log1p' ? log1p(value) : value;
  data[at] = (transformed - feature.offset) / feature.scale;
  if (feature.missing_indicator) data[at + 1] = isMissing ? 1 : 0;
  return Number.isFinite(data[at]);
}

/**
 * Writes a category's columns from `at`: one-hot, or its number; then the indicator if there is one. The only category of a
 * feature is 0 in either encoding, since it tells nothing.
 *
 * @param category index into the feature's categories, or `unseen`
 */
export function writeCategory(
  feature: FittedCategory,
  category: number,
  isMissing: boolean,
  data: FloatArray,
  at: number,
): void {
  let end = at + 1;
  if (feature.encoding === 'ordinal') {
    data[at] = category;
  } else {
    end = at + feature.categories.length;
    data.fill(0, at, end);
    if (category !== unseen && feature.categories.length > 1) data[at + category] = 1;
  }
  if (feature.missing_indicator) data[end] = isMissing ? 1 : 0;
}
