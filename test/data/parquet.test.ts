/** Parquet uploads: what each type becomes, what is refused and where, and that a broken file breaks nothing. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Cell, Row } from '../../src/contracts/dataset.ts';
import { type ConvertedTable, convertParquet } from '../../src/data/ingest/convert-parquet.ts';
import type { IngestedTable } from '../../src/data/messages.ts';
import { createRandom } from '../../src/math/random.ts';
import { ingestBytes } from './ingest-bytes.ts';
import { parquetBytes } from './parquet-bytes.ts';
import { readRows } from './read-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-ingest-'));
const path = join(folder, 'kept.parquet');
afterAll(() => rmSync(folder, { recursive: true }));

const upload = (bytes: Uint8Array) => ingestBytes(folder, path, 'parquet', bytes);

/** The reader without its process, which takes a quarter of a second to start. */
async function convert(bytes: Uint8Array): Promise<ConvertedTable> {
  const from = join(folder, 'file.parquet');
  rmSync(path, { force: true });
  writeFileSync(from, bytes);
  return convertParquet({ from, to: path, folder });
}

const rowsOf = ({ columns, rows }: IngestedTable): Promise<Row[]> =>
  readRows({ kind: 'rows', path, columns, offset: 0, limit: rows });

describe('a column of a Parquet file', () => {
  it.each<[string, string, 'number' | 'category', Cell]>([
    ['a byte', '-1::TINYINT', 'number', -1],
    ['an unsigned integer', '4294967295::UINTEGER', 'number', 4294967295],
    ['a long integer', '9007199254740991::BIGINT', 'number', 2 ** 53 - 1],
    ['a float', '0.1::FLOAT', 'number', Math.fround(0.1)],
    ['a double', '5e-324::DOUBLE', 'number', 5e-324],
    ['NaN', "'NaN'::DOUBLE", 'number', null],
    ['a decimal', '123456789012345.6789::DECIMAL(19,4)', 'number', Number('123456789012345.6789')],
    ['a decimal without a fraction', '12::DECIMAL(9,0)', 'number', 12],
    ['a text', "'é\"'", 'category', 'é"'],
    ['an empty text', "''", 'category', ''],
    ['a text of digits', "'12'", 'category', '12'],
    ['an enumeration', "'b'::ENUM('a', 'b')", 'category', 'b'],
    ['JSON', '\'{"a": 1}\'::JSON', 'category', '{"a": 1}'],
    ['a date', "DATE '2020-02-29'", 'category', '2020-02-29'],
    ['a time', "TIME '10:00:01'", 'category', '10:00:01'],
    ['a timestamp', "TIMESTAMP '2020-02-29 10:00:00.5'", 'category', '2020-02-29 10:00:00.5'],
    ['an instant', "TIMESTAMPTZ '2020-02-29 10:00:00+02'", 'category', '2020-02-29 08:00:00+00'],
    [
      'nanoseconds',
      "TIMESTAMP_NS '2020-02-29 10:00:00.000000001'",
      'category',
      '2020-02-29 10:00:00.000000001',
    ],
    [
      'a UUID',
      "'5a5a5a5a-1111-2222-3333-444444444444'::UUID",
      'category',
      '5a5a5a5a-1111-2222-3333-444444444444',
    ],
  ])('of %s', async (_name, sql, type, cell) => {
    const { rows, columns } = await convert(await parquetBytes(`SELECT ${sql} AS a`));
    expect(columns[0]).toMatchObject({ name: 'a', type, missing: cell === null ? 1 : 0 });
    const asProfiled = columns.map((column) => ({
      ...column,
      top: [],
    })) as unknown as IngestedTable['columns'];
    expect(await readRows({ kind: 'rows', path, columns: asProfiled, offset: 0, limit: rows })).toEqual([
      { a: cell },
    ]);
  });

  it('of texts is a category even when all of them are missing', async () => {
    const { columns } = await convert(await parquetBytes('SELECT NULL::VARCHAR AS a'));
    expect(columns[0]).toMatchObject({ type: 'category', missing: 1 });
  });

  it('of booleans gives booleans, once there are both', async () => {
    const table = await upload(
      await parquetBytes('SELECT true AS a UNION ALL SELECT false UNION ALL SELECT NULL'),
    );
    expect(await rowsOf(table)).toEqual([{ a: true }, { a: false }, { a: null }]);
    expect(table.columns[0]).toMatchObject({ type: 'category', reason: 'the file holds it as BOOLEAN' });
  });
});

describe('a Parquet file', () => {
  it('holds the same table as JSON does', async () => {
    const cell = {
      x: fc.option(fc.integer()),
      s: fc.option(fc.string({ unit: fc.constantFrom('a', "'", 'ü', '1') })),
    };
    const rows = fc.array(fc.record(cell), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(rows, async (table) => {
        const literal = ({ x, s }: { x: number | null; s: string | null }) =>
          `(${x}::INTEGER, ${s === null ? 'NULL::VARCHAR' : `'${s.replaceAll("'", "''")}'`})`;
        const bytes = await parquetBytes(`SELECT * FROM (VALUES ${table.map(literal)}) AS t(x, s)`);
        const fromParquet = await upload(bytes);
        expect(await rowsOf(fromParquet)).toEqual(table);
        // In JSON a column without a value is one of numbers.
        if (table.every(({ s }) => s === null)) return;
        const fromJson = await ingestBytes(folder, path, 'json', JSON.stringify({ rows: table }));
        expect(fromParquet.sha256).toBe(fromJson.sha256);
      }),
      { numRuns: 3 },
    );
  });

  it('that we wrote comes in again as it was, names that differ in case included', async () => {
    const first = await ingestBytes(
      folder,
      path,
      'json',
      '{"columns":{"a":[1,null],"A":["x",null],"b\\"":[true,false]}}',
    );
    const again = await upload(readFileSync(path));
    expect(again.columns.map(({ name }) => name)).toEqual(['a', 'A', 'b"']);
    expect(again.sha256).toBe(first.sha256);
  });

  it('of many row groups keeps its order', async () => {
    const table = await upload(
      await parquetBytes('SELECT range AS a FROM range(10000)', ', ROW_GROUP_SIZE 2048'),
    );
    const rows = await readRows({ kind: 'rows', path, columns: table.columns, offset: 9_990, limit: 10 });
    expect(rows.map(({ a }) => a)).toEqual([9990, 9991, 9992, 9993, 9994, 9995, 9996, 9997, 9998, 9999]);
  });
});

describe('a Parquet file is refused for', () => {
  const refusals: [string, () => Promise<Uint8Array>, object][] = [
    [
      'nested columns and bytes, by their names',
      () => parquetBytes("SELECT 1 AS a, [1] AS b, {'x': {'y': 1}} AS c, 2 AS d"),
      { code: 'unsupported_type', errors: [{ column: 'b' }, { column: 'c' }] },
    ],
    [
      'bytes',
      () => parquetBytes("SELECT 1 AS a, 'x'::BLOB AS b"),
      { code: 'unsupported_type', errors: [{ column: 'b' }] },
    ],
    [
      'values that no table holds, by their rows',
      () =>
        parquetBytes(
          "SELECT * FROM (VALUES (1.5::DOUBLE, 1::BIGINT, 'x'), ('-inf', 9007199254740992, 'y' || chr(0))) AS t(a, b, c)",
        ),
      {
        code: 'number_out_of_range',
        errors: [
          { column: 'a', message: 'row 2: expected a finite number' },
          { column: 'b', message: 'row 2: the integer is beyond 2^53 − 1 and would be rounded' },
          { column: 'c', message: 'row 2: expected text without NUL characters' },
        ],
      },
    ],
    ['no rows', () => parquetBytes('SELECT 1 AS a WHERE false'), { code: 'empty_dataset' }],
    ['an empty name', () => parquetBytes('SELECT 1 AS " ", 2 AS b'), { code: 'invalid_column_name' }],
    ['the name __proto__', () => parquetBytes('SELECT 1 AS __proto__'), { code: 'invalid_column_name' }],
    [
      'a text of 256 KiB and more',
      () => parquetBytes("SELECT repeat('x', 262145) AS a"),
      { code: 'payload_too_large' },
    ],
  ];

  const broken: [string, () => Promise<Uint8Array>][] = [
    ['no magic', async () => Buffer.from('a,b\n1,2\n3,4\n5,6\n')],
    ['its first half', async () => (await parquetBytes('SELECT 1 AS a')).subarray(0, 150)],
    ['eleven bytes', async () => Buffer.from('PAR1...PAR1')],
    [
      'a footer longer than the file',
      async () => {
        const bytes = await parquetBytes('SELECT 1 AS a');
        bytes.writeUInt32LE(2 ** 31, bytes.length - 8);
        return bytes;
      },
    ],
    [
      'a footer of another length',
      async () => {
        const bytes = await parquetBytes('SELECT 1 AS a');
        bytes.writeUInt32LE(bytes.readUInt32LE(bytes.length - 8) - 3, bytes.length - 8);
        return bytes;
      },
    ],
    [
      'zeros between its magics',
      async () => Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(500), Buffer.from('\0\0\0\0PAR1')]),
    ],
  ];

  it.each(refusals)('%s', async (_name, make, refusal) => {
    await expect(convert(await make())).rejects.toMatchObject(refusal);
  });

  it.each(broken)('%s', async (_name, make) => {
    rmSync(path, { force: true });
    await expect(upload(await make())).rejects.toMatchObject({ code: 'malformed_parquet' });
    expect(existsSync(path)).toBe(false);
  });

  it('says nothing of where it lay', async () => {
    const bytes = await parquetBytes('SELECT 1 AS a');
    bytes.fill(0xff, 4, 60);
    bytes.fill(0xff, bytes.length - 60, bytes.length - 8);
    const { message } = await upload(bytes).then(
      () => ({ message: 'accepted' }),
      (error: Error) => error,
    );
    expect(message).not.toContain(folder);
    expect(message).not.toBe('accepted');
  });
});

describe('a flipped byte', () => {
  it('is refused, or what it makes of the file is a table like any other', async () => {
    const bytes = await parquetBytes(
      "SELECT range AS a, 'v' || range % 7 AS b, range / 3 AS c FROM range(200)",
    );
    const random = createRandom(4);
    for (let i = 0; i < 4; i++) {
      const flipped = Buffer.from(bytes);
      const at = random.below(flipped.length);
      flipped[at] = flipped[at]! ^ (1 + random.below(255));
      let table: IngestedTable;
      try {
        table = await upload(flipped);
      } catch (error) {
        expect(error, `byte ${at}`).toMatchObject({ name: 'TrainyardError' });
        continue;
      }
      const rows = await rowsOf(table);
      expect(rows, `byte ${at}`).toHaveLength(table.rows);
      const types = table.columns.map(({ name, type }) => `${name}:${type}`);
      expect(types.every((type) => /:(number|category)$/.test(type))).toBe(true);
    }
  });
});
