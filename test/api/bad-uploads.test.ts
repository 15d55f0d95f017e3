/** The table of uploads that must be refused, whatever carries them: each with its code and its place, and nothing is left. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ErrorCode, errorCodes } from '../../src/errors.ts';
import { parquetBytes } from '../data/parquet-bytes.ts';
import { formOf } from './form.ts';
import { type Answer, startService, type TestService } from './service.ts';

type Body = string | Uint8Array;

interface BadUpload {
  readonly what: string;
  readonly body: Body | (() => Promise<Body>);
  readonly headers: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly code: ErrorCode;
  /** What each of the first errors has at least. */
  readonly errors?: readonly object[];
  /** Found in the detail, where the place is no field of its own. */
  readonly detail?: string;
}

type Expected = Pick<BadUpload, 'code' | 'errors' | 'detail' | 'query'>;

const as =
  (mediaType: string, more: Record<string, string> = {}) =>
  (what: string, body: BadUpload['body'], expected: Expected): BadUpload => ({
    what,
    body,
    headers: { 'content-type': mediaType, ...more },
    ...expected,
  });

const csv = as('text/csv');
const ndjson = as('application/x-ndjson');
const json = as('application/json');
const parquet = as('application/vnd.apache.parquet');
const gzip = as('text/csv', { 'content-encoding': 'gzip' });
const form = (
  what: string,
  [body, headers]: readonly [Body, Record<string, string>],
  expected: Expected,
): BadUpload => ({
  what,
  body,
  headers,
  ...expected,
});

const good = 'x,y\n1,a\n2,b\n';
const packed = gzipSync(good);
const corrupt = Buffer.from(packed);
corrupt[15]! ^= 0xff;
const [wholeForm, formHeaders] = formOf([{ name: 'file', type: 'text/csv', body: good }]);
const file = { name: 'file', type: 'text/csv', body: good };
const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const columnNames = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`);
const mebibyte = 1024 ** 2;

const table: readonly BadUpload[] = [
  csv('an empty CSV', '', { code: 'empty_body' }),
  csv('a header only', 'x,y\n', { code: 'empty_dataset' }),
  csv('a byte-order mark only', '\ufeff', { code: 'empty_dataset' }),
  csv('UTF-16', Buffer.from(`\ufeff${good}`, 'utf16le'), { code: 'invalid_encoding', detail: 'UTF-16' }),
  csv('UTF-16 without a mark', Buffer.from(good, 'utf16le'), {
    code: 'malformed_csv',
    errors: [{ line: 1 }],
  }),
  csv('invalid UTF-8', Buffer.from('x,y\n1,caf\xe9\n', 'latin1'), {
    code: 'invalid_encoding',
    detail: 'byte 9 ',
  }),
  csv('a NUL', 'x,y\n1,2\n3,\0\n', { code: 'malformed_csv', errors: [{ line: 3 }] }),
  csv('a CR at every line', 'x,y\r1,2\r', { code: 'malformed_csv', errors: [{ line: 1 }] }),
  csv('a CR between lines', 'x,y\n1,2\r3,4\n', { code: 'malformed_csv', errors: [{ line: 2 }] }),
  csv('a stray quote', 'x,y\n1,2\n3,a"b\n', { code: 'malformed_csv', errors: [{ line: 3 }] }),
  csv('a quote never closed', 'x,y\n1,"2\n3,4\n', { code: 'malformed_csv', errors: [{ line: 2 }] }),
  csv('a quote never closed, with 8 MiB behind it', `x,y\n1,"2\n${'3,4\n'.repeat(2 * mebibyte)}`, {
    code: 'malformed_csv',
    errors: [{ line: 2 }],
  }),
  csv('rows of other lengths', 'x,y\n1\n1,2\n1,2,3\n', {
    code: 'ragged_row',
    errors: [{ line: 2 }, { line: 4 }],
  }),
  csv('a name twice', 'x,y,x\n1,2,3\n', { code: 'invalid_column_name', errors: [{ column: 'x' }] }),
  csv('an empty name', 'x,,y\n1,2,3\n', { code: 'invalid_column_name', errors: [{ column: '' }] }),
  csv('the name __proto__', 'x,__proto__\n1,2\n', {
    code: 'invalid_column_name',
    errors: [{ column: '__proto__' }],
  }),
  csv('10,001 columns', `${columnNames(10_001)}\n${columnNames(10_001)}\n`, { code: 'too_many_columns' }),
  csv('1e999', 'x,y\n1,2\n1e999,3\n', { code: 'number_out_of_range', errors: [{ line: 3, column: 'x' }] }),
  csv('an integer that a double rounds', 'x,y\n1,9007199254740993\n', {
    code: 'number_out_of_range',
    errors: [{ line: 2, column: 'y' }],
  }),
  csv('inf in a column said to be of numbers', 'x,y\n1,2\ninf,3\n', {
    query: '?types=x:number',
    code: 'wrong_type',
    errors: [{ line: 3, column: 'x' }],
  }),
  csv('a type for no column', good, {
    query: '?types=z:number',
    code: 'unknown_column',
    errors: [{ pointer: '?types' }],
  }),
  csv('a delimiter of two', good, {
    query: '?delimiter=ab',
    code: 'validation_failed',
    errors: [{ pointer: '?delimiter' }],
  }),
  csv('a semicolon, said to be a comma', 'x;y\n1;"a,b"\n', { code: 'malformed_csv', errors: [{ line: 2 }] }),
  csv('a PNG', png, { code: 'invalid_encoding', detail: 'byte 0 ' }),
  csv('more than the limit', `x\n${'1\n'.repeat(9 * mebibyte)}`, { code: 'payload_too_large' }),

  ndjson('a line that is no JSON', '{"x":1}\nx\n', { code: 'malformed_json', errors: [{ line: 2 }] }),
  ndjson('a truncated line', '{"x":1}\n{"x":', { code: 'malformed_json', errors: [{ line: 2 }] }),
  ndjson('a nested value', '{"x":1}\n{"x":[1]}\n', {
    code: 'validation_failed',
    errors: [{ line: 2, column: 'x' }],
  }),
  ndjson('a new key', '{"x":1}\n{"z":1}\n', {
    code: 'validation_failed',
    errors: [{ line: 2, column: 'z' }],
  }),
  ndjson('mixed types', '{"x":1}\n{"x":"a"}\n', { code: 'mixed_types', errors: [{ line: 2, column: 'x' }] }),
  ndjson('NaN', '{"x":1}\n{"x":NaN}\n', { code: 'malformed_json', errors: [{ line: 2 }] }),
  ndjson('1e999', '{"x":1e999}\n', { code: 'number_out_of_range', errors: [{ line: 1, column: 'x' }] }),
  ndjson('a name in CSV', good, { code: 'malformed_json', errors: [{ line: 1 }] }),
  ndjson('an option of CSV', '{"x":1}\n', {
    query: '?header=false',
    code: 'validation_failed',
    errors: [{ pointer: '?header' }],
  }),

  json('mixed types', '{"rows":[{"x":1},{"x":"a"}]}', {
    code: 'mixed_types',
    errors: [{ pointer: '/rows/1/x' }],
  }),
  json('half a table', '{"rows":[{"x":1}', { code: 'malformed_json' }),
  json('more than 8 MiB', `{"rows":[{"x":"${'a'.repeat(8 * mebibyte)}"}]}`, { code: 'payload_too_large' }),

  parquet('CSV for Parquet', `${good}${good}`, { code: 'malformed_parquet', detail: 'PAR1' }),
  parquet('the first half of a file', async () => (await parquetBytes('SELECT 1 AS a')).subarray(0, 120), {
    code: 'malformed_parquet',
    detail: 'cut short',
  }),
  parquet('a footer that is longer than its file', Buffer.from('PAR1....\xff\xff\xff\x7fPAR1', 'latin1'), {
    code: 'malformed_parquet',
    detail: 'footer',
  }),
  parquet('nested columns', () => parquetBytes("SELECT 1 AS a, [1] AS b, {'x': 1} AS c"), {
    code: 'unsupported_type',
    errors: [{ column: 'b' }, { column: 'c' }],
  }),
  parquet('a footer of zeros', Buffer.from(`PAR1${'\0'.repeat(64)}\x20\0\0\0PAR1`, 'latin1'), {
    code: 'malformed_parquet',
  }),

  gzip('a gzip stream cut short', packed.subarray(0, -9), { code: 'malformed_gzip' }),
  gzip('a corrupt gzip stream', corrupt, { code: 'malformed_gzip' }),
  gzip('what is no gzip', good, { code: 'malformed_gzip' }),
  gzip('nothing, as gzip', '', { code: 'malformed_gzip' }),
  gzip('an empty gzip stream', gzipSync(''), { code: 'empty_body' }),
  gzip('bytes behind the gzip stream', Buffer.concat([packed, Buffer.from(good)]), {
    code: 'malformed_gzip',
  }),
  gzip('zeros behind the gzip stream', Buffer.concat([packed, Buffer.alloc(9)]), {
    code: 'malformed_gzip',
    detail: '9 bytes',
  }),
  gzip('half a member behind the gzip stream', Buffer.concat([packed, packed.subarray(0, 12)]), {
    code: 'malformed_gzip',
  }),
  gzip('a bomb', gzipSync(Buffer.alloc(80 * mebibyte, 'x,y\n')), { code: 'payload_too_large' }),
  as('text/csv', { 'content-encoding': 'gzip, gzip' })('two encodings', gzipSync(packed), {
    code: 'unsupported_media_type',
  }),
  as('text/csv', { 'content-encoding': 'br' })('another encoding', good, { code: 'unsupported_media_type' }),

  form('a form without a boundary', [wholeForm, { 'content-type': 'multipart/form-data' }], {
    code: 'malformed_multipart',
  }),
  form('a form of another boundary', [wholeForm, { 'content-type': 'multipart/form-data; boundary=x' }], {
    code: 'malformed_multipart',
  }),
  form('a form cut short in its file', [wholeForm.subarray(0, -30), formHeaders], {
    code: 'malformed_multipart',
  }),
  form('a form cut short in a header', [wholeForm.subarray(0, 40), formHeaders], {
    code: 'malformed_multipart',
  }),
  form('a form without its last dashes', [wholeForm.subarray(0, -4), formHeaders], {
    code: 'malformed_multipart',
  }),
  form('two files', formOf([file, file]), {
    code: 'validation_failed',
    errors: [{ pointer: '/file', message: 'expected one file, got more' }],
  }),
  form('no file', formOf([]), {
    code: 'validation_failed',
    errors: [{ pointer: '/file', code: 'missing_field' }],
  }),
  form('a file of another name', formOf([{ ...file, name: 'table' }]), {
    code: 'validation_failed',
    errors: [{ pointer: '/table' }],
  }),
  form('a field behind the file', formOf([file, { name: 'name', type: 'text/plain', body: 'mine' }]), {
    code: 'validation_failed',
    errors: [{ pointer: '/name', code: 'unknown_field' }],
  }),
  form('10,000 fields', formOf(columnNames(10_000).map((name) => ({ name, body: '1' }))), {
    code: 'validation_failed',
    errors: [{ pointer: '/c0', code: 'unknown_field' }],
  }),
  form('an empty file', formOf([{ ...file, body: '' }]), { code: 'empty_body' }),
  form(
    'a file that nothing says the format of',
    formOf([{ name: 'file', fileName: '../../etc/passwd', body: good }]),
    {
      code: 'unsupported_media_type',
    },
  ),
  form('a bad table in a form', formOf([{ ...file, body: 'x,y\n1\n' }]), {
    code: 'ragged_row',
    errors: [{ line: 2 }],
  }),
];

let service: TestService;
let kept: unknown;
let files: string[];

beforeAll(async () => {
  service = await startService({
    config: { maxUploadBytes: 16 * mebibyte },
    limits: { drainTimeoutMs: 2_000 },
  });
  await service.call('POST', '/api/v1/datasets', { body: good, headers: { 'content-type': 'text/csv' } });
  kept = (await service.call('GET', '/api/v1/datasets')).json;
  files = readdirSync(join(service.dataDir, 'datasets'));
});
afterAll(() => service.close());

async function expectNothingLeft(): Promise<void> {
  expect((await service.call('GET', '/api/v1/datasets')).json).toEqual(kept);
  expect(readdirSync(join(service.dataDir, 'datasets'))).toEqual(files);
  expect(readdirSync(join(service.dataDir, 'spool'))).toEqual([]);
}

async function send({ body, headers, query = '' }: BadUpload, path: string): Promise<Answer> {
  const bytes = typeof body === 'function' ? await body() : body;
  return service.call('POST', `${path}${query}`, { body: bytes, headers });
}

describe('a bad upload', () => {
  afterEach(expectNothingLeft);

  it.each(
    table.map(
      (upload) => [`${upload.what}: ${errorCodes[upload.code].status} ${upload.code}`, upload] as const,
    ),
  )('%s', async (_name, upload) => {
    const { status, json: problem, text, headers } = await send(upload, '/api/v1/datasets');
    expect(problem.code, text).toBe(upload.code);
    expect(status).toBe(errorCodes[upload.code].status);
    expect(headers['content-type']).toBe('application/problem+json');
    if (upload.errors) expect(problem.errors, text).toMatchObject(upload.errors);
    if (upload.detail) expect(problem.detail).toContain(upload.detail);
    expect(text).not.toContain(service.dataDir);
  });

  it('is told the same by inspect', async () => {
    for (const upload of table.filter(({ what }) => /ragged|semicolon|nested|cut short in its/.test(what))) {
      const refused = await send(upload, '/api/v1/datasets');
      const inspected = await send(upload, '/api/v1/datasets/inspect');
      const { request_id: _a, instance: _b, ...problem } = refused.json;
      expect(inspected.json).toMatchObject(problem);
    }
  });
});

describe('what only looks bad', () => {
  const same = async (body: Body, headers: Record<string, string> = { 'content-type': 'text/csv' }) =>
    (await service.call('POST', '/api/v1/datasets/inspect', { body, headers })).json;

  it.each<[string, Body]>([
    ['a byte-order mark', `\ufeff${good}`],
    ['CRLF', good.replaceAll('\n', '\r\n')],
    ['endings of both kinds', 'x,y\r\n1,a\n2,b\r\n'],
    ['no ending at the end', good.trimEnd()],
    ['quotes', '"x","y"\n"1","a"\n"2","b"\n'],
    ['numbers written otherwise', 'x,y\n+1.0e0,a\n2.000,b\n'],
    ['blank lines', 'x,y\n\n1,a\n\n2,b\n\n'],
  ])('%s changes nothing', async (_name, body) => {
    expect((await same(body)).sha256).toBe((await same(good)).sha256);
  });

  it('a text on line 1,000,001 makes its column a category, and says so', async () => {
    const { columns } = await same(`x,y\n${'1,2\n'.repeat(999_999)}late,3\n`);
    expect(columns[0]).toMatchObject({
      type: 'category',
      distinct: 2,
      reason: 'line 1000001: "late" is not a number',
    });
    expect(columns[1]).toMatchObject({ type: 'number', distinct: 2 });
  });

  it('infinity is a word like any other, and NaN is missing', async () => {
    const { columns } = await same('x,y\ninf,NaN\n1,2\n');
    expect(columns).toMatchObject([
      { type: 'category', top: [{ value: '1' }, { value: 'inf' }] },
      { type: 'number', missing: 1 },
    ]);
  });

  it('a date is a category of many values', async () => {
    const days = Array.from({ length: 300 }, (_, day) =>
      new Date(day * 86_400_000).toISOString().slice(0, 10),
    );
    const { warnings, columns } = await same(`day,x\n${days.map((day, i) => `${day},${i}`).join('\n')}`);
    expect(columns[0]).toMatchObject({ type: 'category', distinct: 300 });
    expect(warnings).toMatchObject([{ code: 'high_cardinality' }]);
  });
});
