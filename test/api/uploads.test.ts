/** Ways for a table to come in, the options of a CSV file, and what is left when one does not come in whole. */
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parquetBytes } from '../data/parquet-bytes.ts';
import { formOf } from './form.ts';
import { type Answer, startService, type TestService } from './service.ts';

const csv = 'x,y\n1,a\n2,b\n';
let service: TestService;
let sha256: string;

beforeAll(async () => {
  service = await startService({ limits: { drainTimeoutMs: 300 } });
  sha256 = (await upload(csv)).json.sha256;
});
afterEach(() => expect(readdirSync(join(service.dataDir, 'spool'))).toEqual([]));
afterAll(() => service.close());

function upload(
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  query = '',
): Promise<Answer> {
  const all = { 'content-type': 'text/csv', ...headers };
  return service.call('POST', `/api/v1/datasets${query}`, { body, headers: all });
}

function inspect(body: string, query: Record<string, string>): Promise<Answer> {
  const path = `/api/v1/datasets/inspect?${new URLSearchParams(query)}`;
  return service.call('POST', path, { body, headers: { 'content-type': 'text/csv' } });
}

/** Of each column its name, type and missing values. */
const summary = ({ json }: Answer): string[] =>
  json.columns.map((column: Record<string, unknown>) => `${column.name}:${column.type}:${column.missing}`);

const parquetOf = () => parquetBytes("SELECT * FROM (VALUES (1::DOUBLE, 'a'), (2, 'b')) AS t(x, y)");

describe('a table comes in', () => {
  it.each<[string, () => Promise<Answer>]>([
    ['as a file of a form', () => upload(...formOf([{ name: 'file', type: 'text/csv', body: csv }]))],
    [
      'as a file of a form that only its name tells of',
      () => upload(...formOf([{ name: 'file', fileName: '../../T.CSV', body: csv }])),
    ],
    [
      'as NDJSON',
      () => upload('{"x":1,"y":"a"}\n{"y":"b","x":2}', { 'content-type': 'application/x-ndjson' }),
    ],
    [
      'as NDJSON in a form',
      () =>
        upload(...formOf([{ name: 'file', fileName: 't.jsonl', body: '{"x":1,"y":"a"}\n{"y":"b","x":2}' }])),
    ],
    [
      'as Parquet',
      async () => upload(await parquetOf(), { 'content-type': 'application/vnd.apache.parquet' }),
    ],
    ['packed', () => upload(gzipSync(csv), { 'content-encoding': 'gzip' })],
    ['packed, by the old name', () => upload(gzipSync(csv), { 'content-encoding': 'X-GZIP' })],
    [
      'packed in two members',
      () =>
        upload(Buffer.concat([gzipSync('x,y\n1,'), gzipSync('a\n2,b\n')]), { 'content-encoding': 'gzip' }),
    ],
    [
      'as a file of a form that is packed',
      () => {
        const [body, headers] = formOf([{ name: 'file', type: 'text/csv', body: csv }]);
        return upload(gzipSync(body), { ...headers, 'content-encoding': 'gzip' });
      },
    ],
    [
      'as JSON in a form',
      () =>
        upload(
          ...formOf([{ name: 'file', fileName: 't.json', body: '{"columns":{"y":["a","b"],"x":[1,2]}}' }]),
        ),
    ],
  ])('%s, and is the same table', async (_name, send) => {
    const answer = await send();
    expect(answer.status, answer.text).toBe(201);
    expect(answer.json.sha256).toBe(sha256);
  });

  it('with the name that the query gives a file in a form', async () => {
    const [body, headers] = formOf([{ name: 'file', type: 'text/csv', body: csv }]);
    expect((await upload(body, headers, '?name=mine')).json.name).toBe('mine');
  });
});

describe('inspect', () => {
  it('answers what an upload would, and keeps nothing', async () => {
    const before = await service.call('GET', '/api/v1/datasets');
    const files = readdirSync(join(service.dataDir, 'datasets'));
    const inspected = await inspect(csv, { name: 'x' });
    const { id, created_at, ...created } = (await upload(csv, {}, '?name=x')).json;
    expect(inspected.status).toBe(200);
    expect(inspected.json).toEqual(created);
    expect(id).toMatch(/^ds_/);
    expect(created_at).toMatch(/Z$/);
    expect(readdirSync(join(service.dataDir, 'datasets'))).toHaveLength(files.length + 1);
    await service.call('DELETE', `/api/v1/datasets/${id}`);
    expect((await service.call('GET', '/api/v1/datasets')).json).toEqual(before.json);
  });
});

describe('the options of a CSV file', () => {
  it.each<[string, string, Record<string, string>, string[]]>([
    ['a semicolon', 'a;b\n1,5;x\n', { delimiter: ';' }, ['a:category:0', 'b:category:0']],
    ['a tab', 'a\tb\n1\t"x\ty"\n', { delimiter: '\t' }, ['a:number:0', 'b:category:0']],
    ['a tab by its name', 'a\tb\n1\t2\n', { delimiter: 'tab' }, ['a:number:0', 'b:number:0']],
    ['a slash, which N/A holds', 'a/b\n1/NA\nN/A\n', { delimiter: '/' }, ['a:category:0', 'b:category:1']],
    ['no header', '1,x\n2,y\n', { header: 'false' }, ['column_1:number:0', 'column_2:category:0']],
    [
      'no header, a byte-order mark',
      '\ufeff1,x\n2,y\n',
      { header: 'false' },
      ['column_1:number:0', 'column_2:category:0'],
    ],
    [
      'no header, blank lines first',
      '\n\r\n1,x\n',
      { header: 'false' },
      ['column_1:number:0', 'column_2:category:0'],
    ],
    ['no header, quoted', '"1","x\n"\n', { header: 'false' }, ['column_1:number:0', 'column_2:category:0']],
    ['missing tokens', 'a,b\n?,NA\n1,-999\n', { missing: '?,-999' }, ['a:number:1', 'b:category:1']],
    [
      'a missing token that is a number, as text too',
      'a,b\n-999,x\n-999.0,"-999"\n',
      { missing: '-999' },
      ['a:number:1', 'b:category:0'],
    ],
    ['no missing tokens', 'a,b\nNA,1\n,2\n', { missing: '' }, ['a:category:1', 'b:number:0']],
    ['a forced category', 'a,b\n1,2\n,3\n', { types: 'a:category' }, ['a:category:1', 'b:number:0']],
    [
      'a forced category without values',
      'a,b\n,2\n',
      { types: 'a:category' },
      ['a:category:1', 'b:number:0'],
    ],
    [
      'a forced category of long integers',
      'a,b\n12345678901234567890,2\n',
      { types: 'a:category' },
      ['a:category:0', 'b:number:0'],
    ],
    ['a forced number', 'a,b\n1,2\nNA,3\n', { types: 'a:number, b:number' }, ['a:number:1', 'b:number:0']],
    [
      'forced types of odd names',
      '"a,""1",c:d\n1,2\n',
      { types: '"a,""1":category,c:d:category' },
      ['a,"1:category:0', 'c:d:category:0'],
    ],
  ])('%s', async (_name, text, query, expected) => {
    const answer = await inspect(text, query);
    expect(answer.status, answer.text).toBe(200);
    expect(summary(answer)).toEqual(expected);
  });

  it('say what is wrong with them, all at once', async () => {
    const { json } = await inspect(csv, { delimiter: '1', header: 'yes', missing: '"', types: 'x' });
    expect(json.errors.map(({ pointer }: { pointer: string }) => pointer).toSorted()).toEqual([
      '?delimiter',
      '?header',
      '?missing',
      '?types',
    ]);
  });

  it.each([
    [{ types: 'z:number' }, 'unknown_column', { pointer: '?types', column: 'z' }],
    [{ types: 'x:number,x:category' }, 'validation_failed', { pointer: '?types' }],
    [{ types: 'y:number' }, 'wrong_type', { line: 2, column: 'y' }],
    [{ types: 'x:text' }, 'validation_failed', { pointer: '?types' }],
  ])('%j is refused', async (query, code, place) => {
    const { json } = await inspect(csv, query);
    expect(json).toMatchObject({ code, errors: [place] });
  });

  it('are for CSV alone', async () => {
    const path = '/api/v1/datasets/inspect?delimiter=%3B&header=true';
    const { json } = await service.call('POST', path, { json: { rows: [{ x: 1 }] } });
    expect(json.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['?delimiter', '?header']);
  });
});

describe('an upload on its way', () => {
  it('is refused as soon as its fault has come, though more of it is announced', async () => {
    const socket = connect(service.port, '127.0.0.1');
    const text = await new Promise<string>((resolve) => {
      socket.on('data', (bytes) => resolve(bytes.toString()));
      socket.write('POST /api/v1/datasets HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n');
      socket.write(`Content-Length: 60000000\r\n\r\nx,y\n1,2\n3,4"\n${'4,5\n'.repeat(1_000_000)}`);
    });
    socket.destroy();
    expect(text).toMatch(/^HTTP\/1.1 400 /);
    expect(text).toContain('"line":3');
  });

  it('is refused by a disk without room', async () => {
    const full = await startService({ limits: { minFreeDiskBytes: 2 ** 60 } });
    const answer = await full.call('POST', '/api/v1/datasets', {
      body: csv,
      headers: { 'content-type': 'text/csv' },
    });
    expect(answer.json).toMatchObject({ status: 507, code: 'disk_full' });
    expect(answer.text).not.toContain('bytes');
    expect(readdirSync(join(full.dataDir, 'spool'))).toEqual([]);
    await full.close();
  });
});
