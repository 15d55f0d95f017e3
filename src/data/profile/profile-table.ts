/** Reads a stored table once, column by column, for its profile, its hash and its warnings. */
import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api';
import type { ColumnProfile } from '../../contracts/dataset.ts';
import type { Warning } from '../../contracts/names.ts';
import { compareCodePoints } from '../code-point-order.ts';
import { vectorRows } from '../duckdb.ts';
import type { TypedColumn } from '../ingest/typed-column.ts';
import { columnReferences, parquetSource } from '../parquet-file.ts';
import { ColumnHash, type HashedColumn, hashTable } from '../table-hash.ts';
import { CategoryStatistics } from './category-statistics.ts';
import { maxCountedDistinct, NumberStatistics } from './number-statistics.ts';
import { profileWarnings } from './profile-warnings.ts';

const topValues = 10;
/** Columns read in one pass: few enough that the distinct values kept for each fit in memory. */
const minColumnsPerPass = 16;
/** Distinct values that one pass may keep, and UTF-16 units of text among them. */
const maxKeptValues = minColumnsPerPass * maxCountedDistinct;
const maxKeptLength = 64 * 1024 * 1024;

export interface TableProfile {
  readonly columns: ColumnProfile[];
  readonly integral_columns: string[];
  readonly sha256: string;
  readonly warnings: Warning[];
}

interface ColumnReading {
  readonly column: TypedColumn;
  readonly reference: string;
  readonly hash: ColumnHash;
  readonly statistics: NumberStatistics | CategoryStatistics;
}

/** Numbers of a column that are gathered before they are looked at: hashing little at a time costs more, and so does garbage. */
const blockRows = 8 * vectorRows;

/**
 * @param columns of the file at `path`, all of them, in its order
 * @throws Error when the file does not hold what the reader of the upload has counted
 */
export async function profileTable(
  connection: DuckDBConnection,
  path: string,
  rows: number,
  columns: readonly TypedColumn[],
): Promise<TableProfile> {
  const references = await columnReferences(connection, path, columns);
  const profiles: ColumnProfile[] = [];
  const hashed: HashedColumn[] = [];
  const integral: string[] = [];
  // DuckDB reads the file's index anew in each pass, so a wide table that is short gets wide passes.
  const perPass = Math.max(minColumnsPerPass, Math.floor(maxKeptValues / rows));
  for (let first = 0; first < columns.length; first += perPass) {
    const readings = columns
      .slice(first, first + perPass)
      .map((column, index) => startReading(column, references[first + index]!, maxKeptLength / perPass));
    await readColumns(connection, path, rows, readings);
    for (const reading of readings) {
      const { column, statistics } = reading;
      if (statistics.missing !== column.missing) {
        throw new Error(
          `column "${column.name}": expected ${column.missing} missing values, the file has ${statistics.missing}`,
        );
      }
      if (statistics instanceof NumberStatistics && statistics.count > 0 && statistics.isIntegral)
        integral.push(column.name);
      profiles.push(await profileOf(connection, path, reading));
      hashed.push({ name: column.name, type: column.type, digest: reading.hash.digest() });
    }
  }
  const sha256 = hashTable(rows, hashed);
  return { columns: profiles, integral_columns: integral, sha256, warnings: profileWarnings(profiles) };
}

function startReading(column: TypedColumn, reference: string, keptLength: number): ColumnReading {
  const statistics = column.type === 'number' ? new NumberStatistics() : new CategoryStatistics(keptLength);
  return { column, reference, hash: new ColumnHash(), statistics };
}

async function readColumns(
  connection: DuckDBConnection,
  path: string,
  rows: number,
  readings: readonly ColumnReading[],
): Promise<void> {
  // Asking for NaN in place of NULL spares the binding's check of each value against the validity bits.
  const selected = readings.map(({ column, reference }) =>
    column.type === 'number' ? `coalesce(${reference}, 'NaN'::DOUBLE)` : reference,
  );
  const blocks = readings.map(({ statistics }) =>
    statistics instanceof NumberStatistics ? new Float64Array(Math.min(rows, blockRows)) : null,
  );
  const result = await connection.stream(`SELECT ${selected.join(', ')} FROM ${parquetSource(path)}`);
  let filled = 0;
  for await (const chunk of readAhead(result)) {
    if (filled + chunk.rowCount > blockRows) filled = finishBlocks(readings, blocks, filled);
    for (const [index, reading] of readings.entries()) {
      const block = blocks[index];
      if (block) copyNumbers(chunk, index, block, filled);
      else addTexts(reading, chunk.getColumnValues(index) as (string | null)[]);
    }
    filled += chunk.rowCount;
  }
  finishBlocks(readings, blocks, filled);
}

/** DuckDB makes the next chunk in a thread of its own while this one is looked at. */
async function* readAhead(result: DuckDBResult): AsyncGenerator<DuckDBDataChunk> {
  let next = result.fetchChunk();
  for (;;) {
    const chunk = await next;
    if (chunk === null || chunk.rowCount === 0) return;
    next = result.fetchChunk();
    // When the consumer throws, nobody waits for it any more.
    next.catch(() => {});
    yield chunk;
  }
}

/** Takes the vector's own array: asked one by one, with each value's validity, its numbers take three times as long. */
function copyNumbers(chunk: DuckDBDataChunk, index: number, block: Float64Array, at: number): void {
  const { items } = chunk.getColumnVector(index) as unknown as { items: unknown };
  if (!(items instanceof Float64Array)) throw new Error('the binding keeps numbers otherwise than it did');
  block.set(items, at);
}

/** @returns 0, the numbers that the blocks hold now */
function finishBlocks(
  readings: readonly ColumnReading[],
  blocks: readonly (Float64Array | null)[],
  filled: number,
): number {
  for (const [index, { statistics, hash }] of readings.entries()) {
    const values = blocks[index]?.subarray(0, filled);
    if (values === undefined || !(statistics instanceof NumberStatistics)) continue;
    statistics.add(values);
    hash.addNumbers(values);
  }
  return 0;
}

function addTexts({ statistics, hash }: ColumnReading, values: readonly (string | null)[]): void {
  if (statistics instanceof CategoryStatistics) statistics.add(values);
  hash.addTexts(values);
}

async function profileOf(
  connection: DuckDBConnection,
  path: string,
  reading: ColumnReading,
): Promise<ColumnProfile> {
  const { column, statistics } = reading;
  const { name, reason, missing } = column;
  if (statistics instanceof NumberStatistics) {
    const { count, min, max, mean, std } = statistics;
    const measured = count === 0 ? { min: null, max: null, mean: null, std: null } : { min, max, mean, std };
    const distinct =
      statistics.distinct === null
        ? { distinct_at_least: maxCountedDistinct + 1 }
        : { distinct: statistics.distinct.size };
    return { name, reason, missing, ...distinct, type: 'number', ...measured };
  }
  const { distinct, top } = statistics.counts
    ? topOf(statistics.counts)
    : await countInFile(connection, path, reading.reference);
  const isBoolean = distinct === 2 && top.every(({ value }) => value === 'true' || value === 'false');
  return {
    name,
    reason,
    missing,
    ...(distinct > maxCountedDistinct ? { distinct_at_least: maxCountedDistinct + 1 } : { distinct }),
    type: 'category',
    top: isBoolean ? top.map(({ value, count }) => ({ value: value === 'true', count })) : top,
  };
}

interface TopValues {
  readonly distinct: number;
  /** By falling count, then by code point. */
  readonly top: { value: string; count: number }[];
}

function topOf(counts: ReadonlyMap<string, number>): TopValues {
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || compareCodePoints(a[0], b[0]));
  return {
    distinct: counts.size,
    top: sorted.slice(0, topValues).map(([value, count]) => ({ value, count })),
  };
}

/** The same by DuckDB, which spills to disk what does not fit in memory. */
async function countInFile(
  connection: DuckDBConnection,
  path: string,
  reference: string,
): Promise<TopValues> {
  const reader = await connection.runAndReadAll(
    `WITH counted AS MATERIALIZED (
       SELECT value, count(*) AS rows FROM (SELECT ${reference} AS value FROM ${parquetSource(path)})
       WHERE value IS NOT NULL GROUP BY value
     )
     SELECT value, rows, (SELECT count(*) FROM counted) FROM counted ORDER BY rows DESC, value LIMIT ${topValues}`,
  );
  const found = reader.getRows() as [string, bigint, bigint][];
  return {
    distinct: Number(found[0]![2]),
    top: found.map(([value, rows]) => ({ value, count: Number(rows) })),
  };
}
