/** Exports of stored tables: what comes out goes in again as the same table, and a reader may stop anywhere. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Cell } from '../../src/contracts/dataset.ts';
import { exportLines } from '../../src/data/export/export-lines.ts';
import { createOpenExports } from '../../src/data/export/open-exports.ts';
import type { IngestedTable, OpenExportRequest } from '../../src/data/messages.ts';
import { ingestBytes } from './ingest-bytes.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-export-'));
afterAll(() => rmSync(folder, { recursive: true }));

let tables = 0;

interface Stored {
  readonly table: IngestedTable;
  readonly path: string;
}

async function store(format: 'csv' | 'json', text: string): Promise<Stored> {
  const path = join(folder, `${++tables}.parquet`);
  return { path, table: await ingestBytes(folder, path, format, text) };
}

const requestOf = (
  { path, table }: Stored,
  format: 'csv' | 'ndjson',
  formulas: 'escape' | 'keep' = 'keep',
): OpenExportRequest => ({ kind: 'open_export', path, columns: table.columns, format, formulas });

async function textOf(request: OpenExportRequest): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of exportLines(request)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** The lines as the rows of a JSON upload. */
const asJson = (ndjson: string) => `{"rows":[${ndjson.trimEnd().split('\n').join(',')}]}`;

const name = fc
  .string({ unit: fc.constantFrom('a', 'B', 'ü', '"', ',', '\n', '=', "'", '1'), minLength: 1, maxLength: 5 })
  .map((raw) => raw.trim().normalize('NFC'))
  .filter((trimmed) => trimmed !== '');
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0.1, 1e20, -(2 ** 60), 5e-324, 1.7976931348623157e308),
);
const text = fc.oneof(
  fc.constantFrom('', 'NA', 'null', '=1+1', "'=1", '-5', '+x', '@', '\t', ' padded ', '\\N', '#'),
  fc.string({ unit: fc.constantFrom('a', '1', '"', ',', '\n', '\r', 'ß', '🦊', ' ', '=', "'", '-') }),
);
/** A text that no number reads as, in the first row: in CSV the column is then one of text without a word about it. */
const textColumn = fc
  .array(fc.option<Cell>(text, { freq: 5 }), { maxLength: 40 })
  .map((cells) => ['text', ...cells]);
const numberColumn = fc
  .array(fc.option<Cell>(number, { freq: 5 }), { maxLength: 40 })
  .map((cells) => [1, ...cells]);
const booleanColumn = fc.array(fc.option<Cell>(fc.boolean(), { freq: 5 }), { maxLength: 40 });

const table = fc
  .uniqueArray(name, { minLength: 1, maxLength: 5 })
  .chain((names) =>
    fc.tuple(
      ...names.map((key) => fc.tuple(fc.constant(key), fc.oneof(numberColumn, textColumn, booleanColumn))),
    ),
  )
  .map((columns) => {
    const rows = Math.max(1, ...columns.map(([, cells]) => cells.length));
    return Object.fromEntries(
      columns.map(([key, cells]) => [key, Array.from({ length: rows }, (_, i) => cells[i] ?? null)]),
    );
  });

/** Numbers with an exponent: in plain digits some are integers that an upload refuses. */
function jsonOf(columns: Record<string, Cell[]>): string {
  const cell = (value: Cell) => (typeof value === 'number' ? value.toExponential() : JSON.stringify(value));
  const entries = Object.entries(columns).map(
    ([key, cells]) => `${JSON.stringify(key)}:[${cells.map(cell).join(',')}]`,
  );
  return `{"columns":{${entries.join(',')}}}`;
}

describe('an exported table', () => {
  it('is the same table when uploaded again, from CSV and from NDJSON', async () => {
    await fc.assert(
      fc.asyncProperty(table, async (columns) => {
        const stored = await store('json', jsonOf(columns));
        const csv = await store('csv', await textOf(requestOf(stored, 'csv')));
        const json = await store('json', asJson(await textOf(requestOf(stored, 'ndjson'))));
        expect(csv.table.sha256).toBe(stored.table.sha256);
        expect(json.table.sha256).toBe(stored.table.sha256);
        for (const { path } of [stored, csv, json]) rmSync(path);
      }),
      { numRuns: 20 },
    );
  });

  it('comes in pieces of whole lines, in the order of the upload, over many row groups', async () => {
    const count = 300_000;
    const lines = Array.from({ length: count }, (_, i) => `${i},row ${i}`);
    const csv = `i,t\n${lines.join('\n')}\n`;
    const stored = await store('csv', csv);
    const pieces: string[] = [];
    for await (const piece of exportLines(requestOf(stored, 'csv'))) pieces.push(piece.toString());
    expect(pieces.length).toBeGreaterThan(10);
    expect(pieces.every((piece) => piece.endsWith('\n'))).toBe(true);
    expect(pieces.join('') === csv).toBe(true);
  });
});

describe('open exports', () => {
  it('are read piece by piece to null, then closed', async () => {
    const stored = await store('csv', 'a\n1\n2\n');
    const exports = createOpenExports();
    const id = await exports.open(requestOf(stored, 'csv'));
    expect(String(await exports.read(id))).toBe('a\n1\n2\n');
    expect(await exports.read(id)).toBeNull();
    await exports.close(id);
    await exports.close(id);
    await expect(exports.read(id)).rejects.toThrow(`no export ${id} is open`);
  });

  it('refuse a file that is gone as they are opened, and give its place back', async () => {
    const stored = await store('csv', 'a\n1\n');
    rmSync(stored.path);
    const exports = createOpenExports();
    for (let i = 0; i < 10; i++) await expect(exports.open(requestOf(stored, 'csv'))).rejects.toThrow();
  });

  it('are bounded: a fifth waits until one is closed', async () => {
    const stored = await store('csv', 'a\n1\n');
    const exports = createOpenExports();
    const ids = await Promise.all([1, 2, 3, 4].map(() => exports.open(requestOf(stored, 'csv'))));
    let opened = false;
    const fifth = exports.open(requestOf(stored, 'csv')).then((id) => {
      opened = true;
      return id;
    });
    await exports.read(ids[0]!);
    expect(opened).toBe(false);
    await exports.close(ids[0]!);
    await exports.close(await fifth);
    await Promise.all(ids.map((id) => exports.close(id)));
  });
});
