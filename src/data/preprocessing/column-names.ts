/** Names the columns of the encoded matrix: they are the keys of a linear model's coefficients. */
import type { FittedFeature } from '../../contracts/version.ts';

/** Columns that one feature becomes, in order: `age`, or `sex=female`, `sex=male`; then `age:missing` if it has an indicator. */
export function columnNames(feature: FittedFeature): string[] {
  const columns =
    feature.type === 'category' && feature.encoding === 'one_hot'
      ? feature.categories.map((category) => `${feature.name}=${category}`)
      : [feature.name];
  return feature.missing_indicator ? [...columns, `${feature.name}:missing`] : columns;
}
