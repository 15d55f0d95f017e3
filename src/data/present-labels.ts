/** Tells which labels a stored column has, so that a config that names another is refused at submit. */
import { LIST, listValue, VARCHAR } from '@duckdb/node-api';
import { withDuckDb } from './duckdb.ts';
import type { PresentLabelsRequest } from './messages.ts';
import { columnReferences, parquetSource } from './parquet-file.ts';

const memoryMiB = 256;

/** Those of the labels that the column has, as text: a number as JSON writes it. */
export function presentLabels({ path, column, type, labels }: PresentLabelsRequest): Promise<string[]> {
  return withDuckDb({ paths: [path], memoryMiB }, async (connection) => {
    const [reference] = await columnReferences(connection, path, [{ name: column }]);
    // "1.0" and "0x1" are no labels: the class 1 is called "1".
    const wanted = type === 'number' ? labels.filter((label) => String(Number(label)) === label) : labels;
    const element = type === 'number' ? 'DOUBLE' : 'VARCHAR';
    const reader = await connection.runAndReadAll(
      `SELECT DISTINCT ${reference} FROM ${parquetSource(path)} WHERE ${reference} IN (SELECT unnest($1)::${element})`,
      [listValue(wanted)],
      [LIST(VARCHAR)],
    );
    return reader.getRows().map(([value]) => String(value));
  });
}
