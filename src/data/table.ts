/** A table in memory, column by column, in the form that training reads: typed arrays that threads can share. */

/** Missing is NaN: no dataset can hold NaN as a value. */
export interface NumberColumn {
  readonly name: string;
  readonly type: 'number';
  readonly values: Float64Array;
}

/** `codes[i]` is the index of row i's value in `dictionary`; missing is −1. */
export interface CategoryColumn {
  readonly name: string;
  readonly type: 'category';
  readonly codes: Int32Array;
  /** Distinct values, ascending by code point. */
  readonly dictionary: readonly string[];
  /** The dictionary is exactly `false`, `true`: the values are JSON booleans. */
  readonly boolean: boolean;
}

export type Column = NumberColumn | CategoryColumn;

export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
}
