/** Says of a new table what its owner should know before training on it. */
import type { ColumnProfile } from '../../contracts/dataset.ts';
import type { Warning } from '../../contracts/names.ts';

/** One-hot encoding takes no more categories than this by default. */
const manyCategories = 256;

export function profileWarnings(columns: readonly ColumnProfile[]): Warning[] {
  return columns.flatMap((column) => {
    const distinct = column.distinct ?? column.distinct_at_least ?? 0;
    if (distinct === 0) return [{ code: 'all_missing', message: `column "${column.name}" has no values` }];
    if (distinct === 1 && column.missing === 0) {
      return [{ code: 'constant_feature', message: `column "${column.name}" has one value in every row` }];
    }
    if (column.type === 'category' && distinct > manyCategories) {
      const count = column.distinct === undefined ? `at least ${distinct}` : `${distinct}`;
      return [{ code: 'high_cardinality', message: `column "${column.name}" has ${count} distinct values` }];
    }
    return [];
  });
}
