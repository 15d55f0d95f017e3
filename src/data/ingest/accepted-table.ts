/** What the reader of a format hands over: a table that was read and accepted, and how SQL gets at its rows. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { TypedColumn } from './typed-column.ts';

export interface AcceptedTable {
  /** The name that the upload carried. */
  readonly name: string | null;
  readonly rows: number;
  readonly columns: readonly TypedColumn[];
  /** Files that SQL reads. */
  readonly files: readonly string[];
  /** Most bytes of upload that `vectorRows` rows in a row can come from. */
  readonly vectorBytes: number;
  /**
   * Gives what SQL selects the rows from; its columns are `c0`, `c1` …. Null when the table is at `tablePath` already.
   */
  readonly prepareSource: ((connection: DuckDBConnection) => Promise<string>) | null;
}
