/** The SQL that reads a CSV file which the scanner has accepted. */
import { sqlText } from '../duckdb.ts';
import { sourceColumn } from '../parquet-file.ts';
import type { TypedColumn } from './typed-column.ts';

export interface CsvDialect {
  readonly delimiter: string;
  readonly hasHeader: boolean;
  /** Unquoted fields that have no value. */
  readonly missing: readonly string[];
}

/**
 * Nothing is sniffed: the scanner has found dialect and types. `strict_mode` is off since DuckDB then also takes line endings of
 * both kinds in one file; what it would be lenient about, the scanner has refused. `parallel` is off: see withDuckDb.
 */
export function csvSource(
  path: string,
  columns: readonly TypedColumn[],
  { delimiter, hasHeader, missing }: CsvDialect,
): string {
  const types = columns.map(
    ({ type }, index) => `${sourceColumn(index)}: '${type === 'number' ? 'DOUBLE' : 'VARCHAR'}'`,
  );
  return `read_csv(${sqlText(path)}, auto_detect = false, header = ${hasHeader}, delim = ${sqlText(delimiter)}, quote = '"', escape = '"',
    columns = {${types.join(', ')}}, nullstr = [${missing.map(sqlText).join(', ')}], allow_quoted_nulls = false,
    strict_mode = false, parallel = false)`;
}
