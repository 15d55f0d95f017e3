/** The profile of one column, of what was gathered of it. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ColumnProfile } from '../../contracts/dataset.ts';
import { compareCodePoints } from '../code-point-order.ts';
import { parquetSource } from '../parquet-file.ts';
import type { ColumnReading } from './column-reading.ts';
import { maxCountedDistinct } from './number-statistics.ts';

const topValues = 10;

/**
 * @param path of the file that holds the column
 * @param reference to it in SQL that reads the file
 */
export async function profileColumn(
  connection: DuckDBConnection,
  path: string,
  reference: string,
  reading: ColumnReading,
): Promise<ColumnProfile> {
  const { name, reason, missing } = reading.column;
  if (reading.type === 'number') {
    const { statistics } = reading;
    const { count, min, max, mean, std } = statistics;
    const measured = count === 0 ? { min: null, max: null, mean: null, std: null } : { min, max, mean, std };
    const distinct =
      statistics.distinct === null
        ? { distinct_at_least: maxCountedDistinct + 1 }
        : { distinct: statistics.distinct.size };
    return { name, reason, missing, ...distinct, type: 'number', ...measured };
  }
  const { counts } = reading.statistics;
  const { distinct, top } = counts ? topOf(counts) : await countInFile(connection, path, reference);
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
