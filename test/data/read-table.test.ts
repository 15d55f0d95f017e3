/** Reading a stored table can be ended early: a cancelled job must not keep its trainer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { IngestedTable } from '../../src/data/messages.ts';
import { readTable } from '../../src/data/read-table.ts';
import { ingestBytes } from './ingest-bytes.ts';

const rows = 100_000;
let folder: string;
let path: string;
let table: IngestedTable;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-read-'));
  path = join(folder, 'table.parquet');
  const lines = Array.from({ length: rows }, (_, i) => `${i},name-${i}\n`);
  table = await ingestBytes(folder, path, 'csv', `x,name\n${lines.join('')}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each([0, 15, 40])('does not go on to its end after an abort at %d ms', async (afterMs) => {
  const controller = new AbortController();
  const reading = readTable(path, table.columns, controller.signal);
  const ended = expect(reading).rejects.toThrow();
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  controller.abort();
  await ended;
});

it('is not touched by an abort that comes after its end', async () => {
  const controller = new AbortController();
  expect((await readTable(path, table.columns, controller.signal)).rows).toBe(rows);
  controller.abort();
});
