/** The form of a stored table: which Parquet file we write, and how its columns are found again. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { sqlName, sqlText } from './duckdb.ts';

/**
 * Key of the file's metadata that holds the column names as a JSON list. DuckDB compares names without case and renames the
 * second of `a` and `A`, so columns are addressed by position and this list says which is which.
 */
const namesKey = 'trainyard_columns';

/** Names of the i-th column in the SQL source of a table, before it gets its own. */
export function sourceColumn(index: number): string {
  return `c${index}`;
}

/**
 * Writes the rows of `source`, whose columns are `c0`, `c1` …, in their order.
 *
 * @returns how many rows were written
 */
export async function writeParquet(
  connection: DuckDBConnection,
  source: string,
  names: readonly string[],
  path: string,
): Promise<number> {
  const columns = names.map((name, index) => `${sourceColumn(index)} AS ${sqlName(name)}`).join(', ');
  const metadata = `{${namesKey}: ${sqlText(JSON.stringify(names))}}`;
  const result = await connection.run(
    `COPY (SELECT ${columns} FROM ${source}) TO ${sqlText(path)} (FORMAT parquet, KV_METADATA ${metadata})`,
  );
  return result.rowsChanged;
}

/** The columns of a stored table by name: `#3` for the third, to be used in a SELECT from `parquetSource`. */
export async function columnReferences(
  connection: DuckDBConnection,
  path: string,
): Promise<Map<string, string>> {
  const reader = await connection.runAndReadAll(
    `SELECT decode(value) FROM parquet_kv_metadata(${sqlText(path)}) WHERE decode(key) = ${sqlText(namesKey)}`,
  );
  const json = reader.getRows()[0]?.[0];
  if (typeof json !== 'string') throw new Error('the file is not a stored table: it names no columns');
  const names = JSON.parse(json) as string[];
  return new Map(names.map((name, index) => [name, `#${index + 1}`]));
}

export function parquetSource(path: string): string {
  return `read_parquet(${sqlText(path)})`;
}
