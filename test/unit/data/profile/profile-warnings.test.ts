/** What a new table's owner is told. */
import { expect, it } from 'vitest';
import type { ColumnProfile } from '../../../../src/contracts/dataset.ts';
import { profileWarnings } from '../../../../src/data/profile/profile-warnings.ts';

const base = { name: 'c', reason: '', missing: 0 };
const number = { ...base, type: 'number' as const, min: 0, max: 0, mean: 0, std: 0 };
const category = { ...base, type: 'category' as const, top: [] };

it.each<[string, ColumnProfile, string | null]>([
  ['no values', { ...number, missing: 5, distinct: 0 }, 'all_missing'],
  ['one value everywhere', { ...number, distinct: 1 }, 'constant_feature'],
  ['one value and holes', { ...category, distinct: 1, missing: 2 }, null],
  ['two values', { ...category, distinct: 2 }, null],
  ['256 categories', { ...category, distinct: 256 }, null],
  ['257 categories', { ...category, distinct: 257 }, 'high_cardinality'],
  ['more categories than are counted', { ...category, distinct_at_least: 100_001 }, 'high_cardinality'],
  ['as many numbers', { ...number, distinct_at_least: 100_001 }, null],
])('a column of %s', (_name, column, code) => {
  expect(profileWarnings([column]).map((warning) => warning.code)).toEqual(code === null ? [] : [code]);
});
