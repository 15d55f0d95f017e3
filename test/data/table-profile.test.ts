/** The profile of a table is that of its rows, whether they were watched on their way to the file or read from it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from 'vitest';
import { withDuckDb } from '../../src/data/duckdb.ts';
import type { TypedColumn } from '../../src/data/ingest/typed-column.ts';
import { writeParquet } from '../../src/data/parquet-file.ts';
import { type ProfiledTable, TableProfile } from '../../src/data/profile/table-profile.ts';
import { ColumnHash, hashTable } from '../../src/data/table-hash.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-profile-'));
const path = join(folder, 'table.parquet');
afterAll(() => rmSync(folder, { recursive: true }));

const column = (name: string, type: TypedColumn['type'], missing = 0): TypedColumn => ({
  name,
  type,
  reason: '',
  missing,
});

/** Not a multiple of what DuckDB hands over at a time, nor of what is looked at at a time. */
const rows = 20_001;
const numbers = Array.from({ length: rows }, (_, i) => (i % 3 === 0 ? null : (i % 997) / 8));
const texts = Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? null : `t${i % 50}`));
const mixed = [
  column('number', 'number', Math.ceil(rows / 3)),
  column('text', 'category', Math.ceil(rows / 7)),
  column('same', 'number'),
  column('same text', 'category'),
  column('nothing', 'number', rows),
];
const mixedSource = `(SELECT CASE WHEN i % 3 <> 0 THEN (i % 997) / 8.0::DOUBLE END AS c0,
  CASE WHEN i % 7 <> 0 THEN 't' || (i % 50) END AS c1, -0.0::DOUBLE AS c2, 'x' AS c3, NULL::DOUBLE AS c4
  FROM range(${rows}) AS r(i))`;

const inDuckDb = <T>(use: (connection: DuckDBConnection) => Promise<T>) =>
  withDuckDb({ paths: [path], memoryMiB: 512 }, use);

async function watched(
  source: string,
  columns: readonly TypedColumn[],
  count = rows,
): Promise<ProfiledTable> {
  rmSync(path, { force: true });
  return inDuckDb(async (connection) => {
    const profile = new TableProfile(connection, count, columns);
    await writeParquet(
      connection,
      { source: profile.watch(source), rows: count, columns, vectorBytes: 1024 },
      path,
    );
    return profile.finish(path);
  });
}

const fromFile = (columns: readonly TypedColumn[], count = rows) =>
  inDuckDb((connection) => new TableProfile(connection, count, columns).finish(path));

describe('the profile of a table', () => {
  it('is that of its rows, watched or read', async () => {
    const profile = await watched(mixedSource, mixed);
    expect(await fromFile(mixed)).toEqual(profile);

    const number = new ColumnHash();
    number.addNumbers(Float64Array.from(numbers, (value) => value ?? Number.NaN));
    const text = new ColumnHash();
    text.addTexts(texts);
    const same = new ColumnHash();
    same.addNumbers(new Float64Array(rows));
    const sameText = new ColumnHash();
    sameText.addTexts(texts.map(() => 'x'));
    const nothing = new ColumnHash();
    nothing.addNumbers(new Float64Array(rows).fill(Number.NaN));
    const digests = [number, text, same, sameText, nothing].map((hash) => hash.digest());
    const hashed = mixed.map(({ name, type }, index) => ({ name, type, digest: digests[index]! }));
    expect(profile.sha256).toBe(hashTable(rows, hashed));

    expect(profile.columns[0]).toMatchObject({ distinct: new Set(numbers).size - 1, min: 0, max: 124.5 });
    expect(profile.columns[1]).toMatchObject({ distinct: 50, top: expect.any(Array) });
    expect(profile.columns[2]).toMatchObject({ distinct: 1, mean: 0, std: 0 });
    expect(profile.columns[4]).toMatchObject({ distinct: 0, mean: null });
    expect(profile.integral_columns).toEqual(['same']);
  });

  it('takes several passes where one would have to keep too much', async () => {
    const long = 70_000;
    const columns = Array.from({ length: 100 }, (_, index) => column(`x${index}`, 'number'));
    const values = columns.map((_, index) => `(i + ${index})::DOUBLE AS c${index}`);
    const source = `(SELECT ${values.join(', ')} FROM range(${long}) AS r(i))`;
    const profile = await watched(source, columns, long);
    expect(profile.columns.map(({ distinct }) => distinct)).toEqual(columns.map(() => long));
    expect(profile.columns.map((each) => each.type === 'number' && each.min)).toEqual(
      columns.map((_, index) => index),
    );
  });

  it('is not made of other rows than were counted', async () => {
    await expect(watched(mixedSource, mixed, rows + 1)).rejects.toThrow(/expected 20002 rows/);
    const miscounted = mixed.map((each) => ({ ...each, missing: each.missing + 1 }));
    await expect(watched(mixedSource, miscounted)).rejects.toThrow(/"number": expected 6668 missing/);
  });
});
