/** The SQL that reads a CSV file which the scanner has accepted. */
import { sqlText } from '../duckdb.ts';
import { sourceColumn } from '../parquet-file.ts';
import { missingTokens } from './missing-tokens.ts';
import type { TypedColumn } from './typed-column.ts';

/**
 * Nothing is sniffed: the scanner has found dialect and types. `strict_mode` is off since DuckDB then also takes line endings of
 * both kinds in one file; what it would be lenient about, the scanner has refused. `parallel` is off: see withDuckDb.
 */
export function csvSource(path: string, columns: readonly TypedColumn[]): string {
  const types = columns.map(
    ({ type }, index) => `${sourceColumn(index)}: '${type === 'number' ? 'DOUBLE' : 'VARCHAR'}'`,
  );
  const missing = missingTokens.map(sqlText).join(', ');
  return `read_csv(${sqlText(path)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
    columns = {${types.join(', ')}}, nullstr = [${missing}], allow_quoted_nulls = false,
    strict_mode = false, parallel = false)`;
}
