/** What is gathered of one column while its rows go by: its statistics and its hash. */
import type { TypedColumn } from '../ingest/typed-column.ts';
import { ColumnHash } from '../table-hash.ts';
import { CategoryStatistics } from './category-statistics.ts';
import { NumberStatistics } from './number-statistics.ts';

export type ColumnReading = NumberReading | CategoryReading;

export class NumberReading {
  readonly type = 'number';
  readonly column: TypedColumn;
  readonly statistics = new NumberStatistics();
  readonly hash = new ColumnHash();

  constructor(column: TypedColumn) {
    this.column = column;
  }

  /** @param values missing is NaN; made canonical in place */
  add(values: Float64Array): void {
    this.statistics.add(values);
    this.hash.addNumbers(values);
  }
}

export class CategoryReading {
  readonly type = 'category';
  readonly column: TypedColumn;
  readonly statistics: CategoryStatistics;
  readonly hash = new ColumnHash();

  constructor(column: TypedColumn, maxKeptLength: number) {
    this.column = column;
    this.statistics = new CategoryStatistics(maxKeptLength);
  }

  add(values: readonly (string | null)[]): void {
    this.statistics.add(values);
    this.hash.addTexts(values);
  }
}
