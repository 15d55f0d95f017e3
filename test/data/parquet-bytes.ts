/** Makes Parquet files as others would write them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/**
 * @param select a query; its columns are the file's
 * @param options of DuckDB's COPY
 */
export async function parquetBytes(select: string, options = ''): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-parquet-'));
  const instance = await DuckDBInstance.create(':memory:');
  try {
    const path = join(folder, 'file.parquet');
    const connection = await instance.connect();
    await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet ${options})`);
    return readFileSync(path);
  } finally {
    instance.closeSync();
    rmSync(folder, { recursive: true });
  }
}
