/** A table as lines of text, described column by column so that one loop writes every format. */
import type { ColumnProfile } from '../../contracts/dataset.ts';

/** A cell as a stored table has it: a missing value is null, a boolean is its word. */
export type StoredCell = number | string | null;

export interface LineColumn {
  /** What stands before the cell in every line. */
  readonly before: string;
  text(cell: StoredCell): string;
}

export interface LineFormat {
  /** What stands before the first line. */
  readonly head: string;
  readonly columns: readonly LineColumn[];
  /** What ends each line. */
  readonly end: string;
}

/**
 * The shortest text that reads back as the same double. A whole number beyond 2⁵³ − 1 is written with an exponent: as plain digits
 * an upload refuses it, since there it would claim digits that a double does not have.
 */
export function numberText(value: number): string {
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value);
}

/** Whether the values of a category are JSON booleans: its profile shows them as such. */
export function isBooleanColumn(column: ColumnProfile): boolean {
  return column.type === 'category' && column.top.some(({ value }) => typeof value === 'boolean');
}
