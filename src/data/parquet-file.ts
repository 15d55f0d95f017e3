/** The form of a stored table: which Parquet file we write, and how its columns are found again. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ColumnProfile } from '../contracts/dataset.ts';
import { sqlName, sqlText, vectorRows } from './duckdb.ts';

/**
 * Key of the file's metadata that holds the column names as a JSON list. DuckDB compares names without case and renames the
 * second of `a` and `A`, so columns are addressed by position and this list says which is which.
 */
const namesKey = 'trainyard_columns';

/** Names of the i-th column in the SQL source of a table, before it gets its own. */
export function sourceColumn(index: number): string {
  return `c${index}`;
}

/** A group is in memory as a whole while it is written. */
const maxRowGroupBytes = 64 * 1024 * 1024;
/** DuckDB's default. */
const maxRowGroupRows = 60 * vectorRows;

/**
 * A column with more distinct values in a group is written without a dictionary: one of numbers that nearly all differ would cost
 * more than all else of writing, and save nothing. DuckDB's default is a fifth of the rows, and it takes memory for as many as there
 * may be.
 */
const maxDictionaryValues = 8192;
const dictionaryShare = 1 / 5;
/** The dictionaries of all text columns together; DuckDB takes 1 MiB for each column, however little is in it. */
const dictionaryBytes = 64 * 1024 * 1024;
const maxDictionaryBytes = 1024 * 1024;

export interface TableToWrite {
  /** What SQL selects the rows from; its columns are `c0`, `c1` …. */
  readonly source: string;
  readonly rows: number;
  /** In their order. */
  readonly columns: readonly Pick<ColumnProfile, 'name' | 'type'>[];
  /** Most bytes of upload that `vectorRows` rows in a row can come from. */
  readonly vectorBytes: number;
}

/**
 * Writes a table's rows in their order.
 *
 * @returns how many rows were written
 */
export async function writeParquet(
  connection: DuckDBConnection,
  { source, rows, columns, vectorBytes }: TableToWrite,
  path: string,
): Promise<number> {
  const names = columns.map(({ name }) => name);
  const texts = columns.filter(({ type }) => type === 'category').length;
  const groupRows = Math.min(rows, rowsPerGroup(vectorBytes));
  const options = [
    'FORMAT parquet',
    `ROW_GROUP_SIZE ${rowsPerGroup(vectorBytes)}`,
    `DICTIONARY_SIZE_LIMIT ${Math.min(maxDictionaryValues, Math.floor(groupRows * dictionaryShare))}`,
    `STRING_DICTIONARY_PAGE_SIZE_LIMIT ${Math.min(maxDictionaryBytes, Math.floor(dictionaryBytes / Math.max(1, texts)))}`,
    `KV_METADATA {${namesKey}: ${sqlText(JSON.stringify(names))}}`,
  ];
  const selected = names.map((name, index) => `${sourceColumn(index)} AS ${sqlName(name)}`);
  const result = await connection.run(
    `COPY (SELECT ${selected.join(', ')} FROM ${source}) TO ${sqlText(path)} (${options.join(', ')})`,
  );
  return result.rowsChanged;
}

function rowsPerGroup(vectorBytes: number): number {
  const vectors = Math.floor(maxRowGroupBytes / vectorBytes);
  return Math.min(maxRowGroupRows, Math.max(1, vectors) * vectorRows);
}

/** The names that one of our files says its columns have; null when it is another's, or does not say it for so many. */
export async function namesInMetadata(
  connection: DuckDBConnection,
  path: string,
  columns: number,
): Promise<string[] | null> {
  const json = await readNames(connection, path);
  if (typeof json !== 'string') return null;
  try {
    const names: unknown = JSON.parse(json);
    const isList = Array.isArray(names) && names.every((name) => typeof name === 'string');
    return isList && names.length === columns ? names : null;
  } catch {
    return null;
  }
}

async function readNames(connection: DuckDBConnection, path: string): Promise<unknown> {
  const reader = await connection.runAndReadAll(
    `SELECT decode(value) FROM parquet_kv_metadata(${sqlText(path)}) WHERE key = ${sqlText(namesKey)}::BLOB`,
  );
  return reader.getRows()[0]?.[0];
}

/**
 * How columns of a stored table are named in a SELECT from `parquetSource`: `#3` is the third.
 *
 * @throws Error when the file is not a stored table or has no such column
 */
export async function columnReferences(
  connection: DuckDBConnection,
  path: string,
  columns: readonly Pick<ColumnProfile, 'name'>[],
): Promise<string[]> {
  const json = await readNames(connection, path);
  if (typeof json !== 'string') throw new Error('the file is not a stored table: it names no columns');
  const positions = new Map((JSON.parse(json) as string[]).map((name, index) => [name, index + 1]));
  return columns.map(({ name }) => {
    const position = positions.get(name);
    if (position === undefined) throw new Error(`the stored table has no column "${name}"`);
    return `#${position}`;
  });
}

export function parquetSource(path: string): string {
  return `read_parquet(${sqlText(path)})`;
}
