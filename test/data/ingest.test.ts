/** Uploads through DuckDB and back: the table is the same whatever form it came in, and a refusal leaves nothing. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { CsvOptions } from '../../src/contracts/csv-options.ts';
import type { Cell, Row } from '../../src/contracts/dataset.ts';
import { createArrival } from '../../src/data/ingest/arrival.ts';
import type { IngestedTable, UploadFormat } from '../../src/data/messages.ts';
import { badCsv } from '../unit/data/ingest/bad-csv.ts';
import { badJson } from '../unit/data/ingest/bad-json.ts';
import { badNdjson } from '../unit/data/ingest/bad-ndjson.ts';
import { ingestBytes, ingestPieces } from './ingest-bytes.ts';
import { readRows } from './read-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-ingest-'));
const path = join(folder, 'kept.parquet');
afterAll(() => rmSync(folder, { recursive: true }));

const upload = (format: UploadFormat, bytes: string | Uint8Array, options?: Partial<CsvOptions>) =>
  ingestBytes(folder, path, format, bytes, options);

const rowsOf = ({ columns, rows }: IngestedTable, limit = rows): Promise<Row[]> =>
  readRows({ kind: 'rows', path, columns, offset: 0, limit });

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** Text is always quoted and a missing value never is. */
function toCsv(names: readonly string[], rows: readonly Row[], lineEnd: string, delimiter = ','): string {
  const field = (cell: Cell) =>
    cell === null ? '' : typeof cell === 'number' ? String(cell) : quoted(String(cell));
  const lines = rows.map((row) => names.map((name) => field(row[name]!)).join(delimiter));
  return [names.map(quoted).join(delimiter), ...lines, ''].join(lineEnd);
}

/** Behind the first line, keys stand in another order, or are absent where the value is missing. */
function toNdjson(rows: readonly Row[], lineEnd: string): string {
  const lines = rows.map((row, index) => {
    const entries = index === 0 ? Object.entries(row) : Object.entries(row).toReversed();
    return JSON.stringify(Object.fromEntries(entries.filter(([, cell]) => index === 0 || cell !== null)));
  });
  return lines.join(lineEnd);
}

const name = fc.string({
  unit: fc.constantFrom('a', 'B', 'ü', '"', ',', '\n', ' x', '#1'),
  minLength: 1,
  maxLength: 6,
});
/** Integers that a double holds, and fractions; a stored zero has no sign. */
const number = fc
  .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }))
  .map((value) => value + 0);
/** Begins with a letter, so that no column of it is one of numbers in CSV. */
const text = fc
  .string({ unit: fc.constantFrom('a', '1', '"', ',', '\n', '\r\n', 'ß', '🦊', ' ', 'NA', '\\') })
  .map((tail) => `t${tail}`);

const table = fc
  .uniqueArray(
    name.map((raw) => raw.trim().normalize('NFC')).filter((trimmed) => trimmed !== ''),
    { minLength: 2, maxLength: 5 },
  )
  .chain((names) => {
    const cells = names.map((_, index) => fc.option<Cell>(index % 2 === 0 ? number : text, { freq: 5 }));
    const row = fc
      .tuple(...cells)
      .map((values) => Object.fromEntries(names.map((key, index) => [key, values[index]!])) as Row);
    return fc.record({ names: fc.constant(names), rows: fc.array(row, { minLength: 1, maxLength: 30 }) });
  });

describe('a table', () => {
  it('is the same from JSON rows, JSON columns, CSV and NDJSON, and comes back cell by cell', async () => {
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom('\n', '\r\n'), async ({ names, rows }, lineEnd) => {
        const columns = Object.fromEntries(names.map((key) => [key, rows.map((row) => row[key])]));
        const asRows = await upload('json', JSON.stringify({ rows }));
        expect(await rowsOf(asRows)).toEqual(rows);
        const asColumns = await upload('json', JSON.stringify({ columns }));
        const asCsv = await upload('csv', toCsv(names, rows, lineEnd));
        expect(await rowsOf(asCsv)).toEqual(rows);
        const asNdjson = await upload('ndjson', toNdjson(rows, lineEnd));
        expect(await rowsOf(asNdjson)).toEqual(rows);
        // A column without any value is one of numbers in every format.
        expect([asColumns.sha256, asCsv.sha256, asNdjson.sha256]).toEqual(Array(3).fill(asRows.sha256));
      }),
      { numRuns: 10 },
    );
  });

  it('is the same with any delimiter, and without its names but for them', async () => {
    const delimiter = fc.constantFrom(..."\t !#$%&'()*,/:;<=>?@[\\]^`{|}~");
    await fc.assert(
      fc.asyncProperty(
        table,
        delimiter,
        fc.constantFrom('\n', '\r\n'),
        async ({ names, rows }, by, lineEnd) => {
          const text = toCsv(names, rows, lineEnd, by);
          expect(await rowsOf(await upload('csv', text, { delimiter: by }))).toEqual(rows);
          const header = names.map(quoted).join(by) + lineEnd;
          const bare = await upload('csv', text.slice(header.length), { delimiter: by, hasHeader: false });
          const renamed = rows.map((row) =>
            Object.fromEntries(names.map((key, index) => [`column_${index + 1}`, row[key]!])),
          );
          expect(await rowsOf(bare)).toEqual(renamed);
        },
      ),
      { numRuns: 10 },
    );
  });

  it('is the same however its bytes are cut on their way', async () => {
    const format = fc.constantFrom('csv' as const, 'ndjson' as const);
    const cuts = fc.uniqueArray(fc.nat(2_000), { maxLength: 12 }).map((all) => all.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(table, format, cuts, async ({ names, rows }, kind, places) => {
        const bytes = Buffer.from(kind === 'csv' ? toCsv(names, rows, '\n') : toNdjson(rows, '\n'));
        const whole = await upload(kind, bytes);
        const inPieces = await ingestPieces(folder, path, kind, bytes, places);
        expect(inPieces).toEqual(whole);
        expect(await rowsOf(inPieces)).toEqual(rows);
      }),
      { numRuns: 8 },
    );
  });

  it('that breaks off is refused', async () => {
    const arrival = createArrival();
    const broken = ingestBytes(folder, path, 'csv', 'x,y\n1,2\n', {}, arrival);
    arrival.update('broken_off');
    await expect(broken).rejects.toMatchObject({ code: 'incomplete_body' });
  });

  it('may begin with a byte-order mark and a name of two lines', async () => {
    const ingested = await upload('csv', '\ufeff"a\nb",c\n1,x\n2,y\n');
    expect(await rowsOf(ingested)).toEqual([
      { 'a\nb': 1, c: 'x' },
      { 'a\nb': 2, c: 'y' },
    ]);
  });

  it('may have as many columns as any table, in no more memory than there is for it', async () => {
    const cells = (of: (index: number) => string) => Array.from({ length: 10_000 }, (_, index) => of(index));
    const lines = [cells((index) => `c${index}`), cells(String), cells((index) => (index % 2 ? '' : 'x'))];
    const { columns } = await upload('csv', lines.map((line) => line.join(',')).join('\n'));
    expect(columns.map(({ type, missing }) => [type, missing])).toEqual(
      cells(String).map((_, index) => (index % 2 ? ['number', 1] : ['category', 0])),
    );
  });

  it('of rows too long for a page says how many fit', async () => {
    const row = `${'x'.repeat(200_000)},1\n`;
    const ingested = await upload('csv', `a,b\n${row.repeat(40)}`);
    expect(await rowsOf(ingested, 10)).toHaveLength(10);
    const message = 'the rows of this table are long: expected a limit of at most 15 here, got 40';
    await expect(rowsOf(ingested)).rejects.toMatchObject({ code: 'answer_too_large', message });
  });
});

describe('a refused upload', () => {
  const csv = Object.entries(badCsv).map(([what, { text, code }]) => [what, 'csv', text, code] as const);
  const json = Object.entries(badJson).map(([what, { text, code }]) => [what, 'json', text, code] as const);
  const ndjson = Object.entries(badNdjson).map(
    ([what, { text, code }]) => [what, 'ndjson', text, code] as const,
  );
  it.each([...csv, ...json, ...ndjson])('(%s) leaves nothing behind', async (_what, format, text, code) => {
    rmSync(path, { force: true });
    await expect(upload(format, text)).rejects.toMatchObject({ code });
    expect(existsSync(path)).toBe(false);
  });
});
