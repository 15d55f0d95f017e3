/** Puts a JSON table where SQL can read it, on its way to a Parquet file. */
import { DOUBLE, type DuckDBConnection, DuckDBDataChunk, VARCHAR } from '@duckdb/node-api';
import { vectorRows } from '../duckdb.ts';
import { sourceColumn } from '../parquet-file.ts';
import type { JsonTable } from './json-table.ts';

/** @returns the name of the in-memory table made */
export async function loadJsonTable(connection: DuckDBConnection, table: JsonTable): Promise<string> {
  const types = table.columns.map(({ type }) => (type === 'number' ? DOUBLE : VARCHAR));
  const definitions = types.map((type, index) => `${sourceColumn(index)} ${type}`);
  await connection.run(`CREATE TABLE json_table (${definitions.join(', ')})`);
  const appender = await connection.createAppender('json_table');
  for (let first = 0; first < table.rows; first += vectorRows) {
    const rows = Math.min(vectorRows, table.rows - first);
    const chunk = DuckDBDataChunk.create(types, rows);
    for (const [index, { values }] of table.columns.entries()) {
      chunk.setColumnValues(index, values.slice(first, first + rows));
    }
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  return 'json_table';
}
