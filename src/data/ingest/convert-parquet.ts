/** Reads a Parquet file of anybody's making and writes its table anew in the form that we store. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { maxColumnNameLength } from '../../contracts/names.ts';
import { TrainyardError } from '../../errors.ts';
import { memoryForPages, sqlText, vectorRows, withDuckDb } from '../duckdb.ts';
import { namesInMetadata, sourceColumn, writeParquet } from '../parquet-file.ts';
import { acceptColumnNames } from './column-names.ts';
import { maxRowBytes } from './csv-limits.ts';
import { type ParquetColumn, planColumns, refuseNested } from './parquet-columns.ts';
import { ProblemList } from './problem-list.ts';
import type { TypedColumn } from './typed-column.ts';

/** As many as a CSV file of the default limit can hold: some bytes can stand for any number of equal rows. */
const maxCells = 2 ** 30;
/** What all its texts may come to, by the same reason. */
const maxTextBytes = 16 * 2 ** 30;

/** For the names and types alone. */
const schemaMemoryMiB = 256;
/** Of a number in memory. */
const numberBytes = 8;

export interface ConvertRequest {
  /** Path of the file to read. */
  readonly from: string;
  /** Path of the table to write. */
  readonly to: string;
  /** Folder for what does not fit in memory. */
  readonly folder: string;
}

export interface ConvertedTable {
  readonly rows: number;
  readonly columns: readonly TypedColumn[];
  /** Most bytes that `vectorRows` rows in a row hold. */
  readonly vectorBytes: number;
}

/**
 * @throws TrainyardError what a table cannot hold, by column and row
 * @throws Error what DuckDB says of a file that it cannot read
 */
export async function convertParquet({ from, to, folder }: ConvertRequest): Promise<ConvertedTable> {
  const columns = await withDuckDb({ paths: [from], memoryMiB: schemaMemoryMiB }, (connection) =>
    readColumns(connection, from),
  );
  const options = { paths: [from, to], memoryMiB: memoryForPages(columns.length), tempDir: folder };
  return withDuckDb(options, async (connection) => {
    const expected = await countRows(connection, from, columns.length);
    const { rows, missing, longestRow } = await check(connection, from, columns);
    if (rows !== expected) throw new Error(`expected ${expected} rows, the file has ${rows}`);
    const vectorBytes = (longestRow + numberBytes * columns.length) * vectorRows;
    const values = columns.map(({ value }, index) => `${value} AS ${sourceColumn(index)}`);
    const source = `(SELECT ${values.join(', ')} FROM ${sourceOf(from, columns.length)})`;
    const written = await writeParquet(connection, { source, rows, columns, vectorBytes }, to);
    if (written !== rows) throw new Error(`expected ${rows} rows, ${written} could be written`);
    const typed = columns.map(({ name, type, reason }, index) => ({
      name,
      type,
      reason,
      missing: missing[index]!,
    }));
    return { rows, columns: typed, vectorBytes };
  });
}

async function readColumns(connection: DuckDBConnection, path: string): Promise<ParquetColumn[]> {
  const schema = await connection.runAndReadAll(
    `SELECT name, num_children FROM parquet_schema(${sqlText(path)})`,
  );
  const elements = topLevel(schema.getRows() as [string, bigint | null][]);
  refuseNested(
    elements.map(([name, children]) => ({
      name: name.slice(0, maxColumnNameLength).toWellFormed(),
      isNested: (children ?? 0n) > 0n,
    })),
  );
  const inSchema = elements.map(([name]) => name);
  const names = acceptColumnNames((await namesInMetadata(connection, path, inSchema.length)) ?? inSchema);
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${sourceOf(path, names.length)}`);
  const types = described.getRows().map((row) => row[1] as string);
  return planColumns(names, types);
}

/** The columns among the elements of a schema, which stand root first, each before its children. */
function topLevel(elements: readonly [string, bigint | null][]): [string, bigint | null][] {
  const columns: [string, bigint | null][] = [];
  let inner = 0n;
  for (const [name, children] of elements.slice(1)) {
    if (inner === 0n) columns.push([name, children]);
    else inner--;
    inner += children ?? 0n;
  }
  return columns;
}

/** By the file's own word, before anything of it is unpacked. */
async function countRows(connection: DuckDBConnection, path: string, columns: number): Promise<number> {
  const counted = await connection.runAndReadAll(`SELECT count(*) FROM read_parquet(${sqlText(path)})`);
  const rows = Number(counted.getRows()[0]![0]);
  if (rows === 0) throw new TrainyardError('empty_dataset', 'expected at least one row, got none');
  if (rows * columns > maxCells) {
    const message = `expected at most ${maxCells} values, got ${rows} rows of ${columns} columns`;
    throw new TrainyardError('payload_too_large', message);
  }
  return rows;
}

interface Checked {
  readonly rows: number;
  readonly missing: readonly number[];
  /** Bytes of text in the row that has most. */
  readonly longestRow: number;
}

/** Goes through all values once. */
async function check(
  connection: DuckDBConnection,
  path: string,
  columns: readonly ParquetColumn[],
): Promise<Checked> {
  const textLengths = columns
    .filter(({ type }) => type === 'category')
    .map(({ value }) => `coalesce(strlen(${value}), 0)`);
  const length = textLengths.length === 0 ? '0' : textLengths.join(' + ');
  const aggregates = [
    'count(*)',
    `max(${length})`,
    `sum(${length})`,
    ...columns.map(({ value }) => `count(${value})`),
    ...columns.map(({ fault }) =>
      fault === null ? 'NULL' : `min(row_number) FILTER (WHERE ${fault.where})`,
    ),
  ];
  const found = await connection.runAndReadAll(
    `SELECT ${aggregates.join(', ')} FROM ${sourceOf(path, columns.length)}`,
  );
  const [rows, longestRow, textBytes, ...rest] = found
    .getRows()[0]!
    .map((value) => (value === null ? null : Number(value)));
  const present = rest.slice(0, columns.length);
  const faults = rest.slice(columns.length);
  const problems = new ProblemList();
  for (const [index, { name, fault }] of columns.entries()) {
    const row = faults[index] ?? null;
    if (fault !== null && row !== null)
      problems.add(fault.code, { column: name, message: `row ${row + 1}: ${fault.message}` });
  }
  problems.raise();
  if ((longestRow ?? 0) > maxRowBytes || (textBytes ?? 0) > maxTextBytes) {
    const message = `expected rows of at most ${maxRowBytes} bytes of text and ${maxTextBytes} in all, got ${longestRow} and ${textBytes}`;
    throw new TrainyardError('payload_too_large', message);
  }
  return { rows: rows!, longestRow: longestRow ?? 0, missing: present.map((count) => rows! - count!) };
}

/** Its columns are `c0`, `c1` … and `row_number`, which is from 0. */
function sourceOf(path: string, columns: number): string {
  const names = Array.from({ length: columns }, (_, index) => sourceColumn(index));
  return `read_parquet(${sqlText(path)}, file_row_number = true) AS file(${[...names, 'row_number'].join(', ')})`;
}
