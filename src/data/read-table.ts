/** Reads columns of a stored table into the typed arrays that training shares between threads. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ColumnProfile } from '../contracts/dataset.ts';
import { withDuckDb } from './duckdb.ts';
import { columnReferences, parquetSource } from './parquet-file.ts';
import type { Column, Table } from './table.ts';

const memoryMiB = 1024;

/**
 * @param path of a stored table
 * @param columns any of its columns, in the order wanted
 * @param signal ends the reading early
 * @returns all rows in the order of the upload; every array lies on a SharedArrayBuffer of its own
 * @throws Error when the file is not a stored table or has no such column
 */
export function readTable(
  path: string,
  columns: readonly ColumnProfile[],
  signal?: AbortSignal,
): Promise<Table> {
  return withDuckDb({ paths: [path], memoryMiB }, async (connection) => {
    const interrupt = () => connection.interrupt();
    signal?.addEventListener('abort', interrupt);
    try {
      signal?.throwIfAborted();
      return await readColumns(connection, path, columns, signal);
    } finally {
      signal?.removeEventListener('abort', interrupt);
    }
  });
}

async function readColumns(
  connection: DuckDBConnection,
  path: string,
  columns: readonly ColumnProfile[],
  signal: AbortSignal | undefined,
): Promise<Table> {
  const source = parquetSource(path);
  const references = await columnReferences(connection, path, columns);
  const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${source}`);
  const rows = Number(counted.getRows()[0]![0]);

  const targets: Column[] = [];
  const selected: string[] = [];
  for (const [index, column] of columns.entries()) {
    const reference = references[index]!;
    if (column.type === 'number') {
      targets.push({
        name: column.name,
        type: 'number',
        values: new Float64Array(new SharedArrayBuffer(rows * 8)),
      });
      selected.push(`coalesce(${reference}, 'NaN'::DOUBLE)`);
    } else {
      const type = `dictionary_${targets.length}`;
      const dictionary = await createDictionary(connection, type, reference, source);
      const codes = new Int32Array(new SharedArrayBuffer(rows * 4));
      targets.push({
        name: column.name,
        type: 'category',
        codes,
        dictionary,
        boolean: isBooleanDictionary(dictionary),
      });
      selected.push(`coalesce(enum_code(${reference}::${type})::INTEGER, -1)`);
    }
  }
  if (targets.length > 0)
    await fill(connection, `SELECT ${selected.join(', ')} FROM ${source}`, targets, signal);
  return { rows, columns: targets };
}

/** DuckDB orders text by its UTF-8 bytes, which is the order of code points. */
async function createDictionary(
  connection: DuckDBConnection,
  type: string,
  reference: string,
  source: string,
): Promise<string[]> {
  await connection.run(
    `CREATE TYPE ${type} AS ENUM (SELECT DISTINCT ${reference} FROM ${source} WHERE ${reference} IS NOT NULL ORDER BY 1)`,
  );
  const reader = await connection.runAndReadAll(`SELECT unnest(enum_range(NULL::${type}))::VARCHAR`);
  return reader.getRows().map((row) => row[0] as string);
}

function isBooleanDictionary(dictionary: readonly string[]): boolean {
  return dictionary.length === 2 && dictionary[0] === 'false' && dictionary[1] === 'true';
}

async function fill(
  connection: DuckDBConnection,
  sql: string,
  targets: readonly Column[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const result = await connection.stream(sql);
  let offset = 0;
  for await (const chunk of result) {
    signal?.throwIfAborted();
    for (const [index, target] of targets.entries()) {
      const out = target.type === 'number' ? target.values : target.codes;
      const vector = chunk.getColumnVector(index);
      for (let row = 0; row < vector.itemCount; row++) out[offset + row] = vector.getItem(row) as number;
    }
    offset += chunk.rowCount;
  }
}
