/** Requests that no client should send: each is answered by its code, none by a 5xx, and the service lives on. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '../../src/contracts/problem.ts';
import { errorCodes } from '../../src/errors.ts';
import { type Answer, type Sent, sendRaw, startService, type TestService } from './service.ts';

let service: TestService;
let dataset: string;

beforeAll(async () => {
  service = await startService({
    config: { maxUploadBytes: 100_000 },
    limits: { maxDrainBytes: 10 * 1024 ** 2 },
  });
  const made = await service.call('POST', '/api/v1/datasets', { json: { rows: [{ x: 1, y: 'a' }] } });
  dataset = made.json.id;
  await service.call('PUT', '/api/v1/models/m', { json: { type: 'logistic_regression', target: 'y' } });
});
afterEach(async () => {
  expect((await service.call('GET', '/livez')).status).toBe(200);
});
afterAll(() => service.close());

function expectProblem(answer: Answer, code: string): void {
  expect(answer.json, answer.text).toMatchObject({ code });
  expect(Problem.parse(answer.json).status).toBe(answer.status);
  expect(answer.status).toBe(errorCodes[code as keyof typeof errorCodes].status);
  expect(answer.status).toBeLessThan(500);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.headers['x-request-id']).toBe(answer.json.request_id);
}

const type = (value: string): Record<string, string> => ({ 'content-type': value });
const json = type('application/json');
const put = (body: string | Uint8Array, headers = json): [string, string, Sent] => [
  'PUT',
  '/api/v1/models/m',
  { body, headers },
];
const putConfig = (config: object): [string, string, Sent] => ['PUT', '/api/v1/models/m', { json: config }];
const upload = (body: string | Uint8Array, mediaType = 'text/csv'): [string, string, Sent] => [
  'POST',
  '/api/v1/datasets',
  { body, headers: type(mediaType) },
];
const get = (path: string, sent: Sent = {}): [string, string, Sent] => ['GET', path, sent];
const predict = (body: object): [string, string, Sent] => [
  'POST',
  '/api/v1/models/m/predict',
  { json: body },
];
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** What it is, the request, the code, and the pointers of its errors where it has any. */
const table: [string, [string, string, Sent], string, string[]?][] = [
  // Paths and methods
  ['an unknown path', get('/api/v1/nothing'), 'route_not_found'],
  ['an unknown version of the API', get('/api/v9/models'), 'route_not_found'],
  ['an empty path segment', get('/api/v1//models'), 'route_not_found'],
  ['two slashes', get('//'), 'route_not_found'],
  ['a trailing slash', get('/api/v1/models/'), 'model_not_found'],
  ['broken percent-encoding in the path', get('/api/v1/models/%zz'), 'malformed_request'],
  ['percent-encoding that is no UTF-8', get('/api/v1/models/%ff%fe'), 'malformed_request'],
  ['an encoded NUL', get('/api/v1/models/%00'), 'model_not_found'],
  ['an encoded slash and dots', get('/api/v1/models/..%2f..%2fetc'), 'model_not_found'],
  ['dots in the path', get('/api/v1/models/../datasets'), 'route_not_found'],
  ['a name of capitals, read', get('/api/v1/models/IRIS'), 'model_not_found'],
  ['a name of 300 characters, read', get(`/api/v1/models/${'a'.repeat(300)}`), 'model_not_found'],
  ['a URL of 9,000 characters', get(`/api/v1/models/${'a'.repeat(9_000)}`), 'uri_too_long'],
  ['a query of 9,000 characters', get(`/api/v1/models?cursor=${'a'.repeat(9_000)}`), 'uri_too_long'],
  ['an id of another kind', get('/api/v1/datasets/job_00000000000000000000000000'), 'dataset_not_found'],
  ['an id that names nothing', get('/api/v1/jobs/job_00000000000000000000000000'), 'job_not_found'],
  ['version 0', get('/api/v1/models/m/versions/0'), 'version_not_found'],
  ['version 1.0', get('/api/v1/models/m/versions/1.0'), 'version_not_found'],
  ['version 1 before there is one', get('/api/v1/models/m/versions/1'), 'version_not_found'],
  ['versions of no model', get('/api/v1/models/nobody/versions'), 'model_not_found'],
  ['a file outside /docs', get('/docs/static/..%2f..%2fpackage.json'), 'route_not_found'],
  ['no file of /docs', get('/docs/static/nothing.js'), 'route_not_found'],
  ['DELETE of a list', ['DELETE', '/api/v1/models', {}], 'method_not_allowed'],
  ['PATCH', ['PATCH', '/api/v1/models/m', { json: {} }], 'method_not_allowed'],
  ['OPTIONS', ['OPTIONS', '/api/v1/jobs', {}], 'method_not_allowed'],
  ['TRACE', ['TRACE', '/livez', {}], 'method_not_allowed'],
  ['PROPFIND', ['PROPFIND', '/api/v1/models', {}], 'method_not_allowed'],
  // Queries
  ['an unknown query key', get('/api/v1/models?limits=5'), 'validation_failed', ['?limits']],
  ['any query where none is taken', get('/api/v1/models/m?verbose=1'), 'validation_failed', ['?verbose']],
  ['any query of a probe', get('/livez?x'), 'validation_failed', ['?x']],
  ['a limit that is no number', get('/api/v1/models?limit=ten'), 'validation_failed', ['?limit']],
  ['an empty limit', get('/api/v1/models?limit='), 'validation_failed', ['?limit']],
  ['a limit of 0', get('/api/v1/models?limit=0'), 'validation_failed', ['?limit']],
  ['a limit of 1001', get('/api/v1/models?limit=1001'), 'validation_failed', ['?limit']],
  ['a limit of 1e2', get('/api/v1/models?limit=1e2'), 'validation_failed', ['?limit']],
  ['a negative limit', get('/api/v1/models?limit=-1'), 'validation_failed', ['?limit']],
  ['a limit twice', get('/api/v1/models?limit=1&limit=2'), 'validation_failed', ['?limit']],
  ['percent-junk in a query', get('/api/v1/models?limit=%zz'), 'validation_failed', ['?limit']],
  ['__proto__ as a query key', get('/api/v1/models?__proto__=1'), 'validation_failed', ['?__proto__']],
  ['a made-up cursor', get('/api/v1/models?cursor=abc'), 'validation_failed', ['?cursor']],
  ['an unknown state', get('/api/v1/jobs?state=done'), 'validation_failed', ['?state']],
  [
    'a wait too long',
    get('/api/v1/jobs/job_00000000000000000000000000?wait=61'),
    'validation_failed',
    ['?wait'],
  ],
  ['two bad keys at once', get('/api/v1/jobs?state=x&limit=y'), 'validation_failed', ['?limit', '?state']],
  // JSON before the schema
  ['an empty body', put(''), 'empty_body'],
  ['no body and no type', ['PUT', '/api/v1/models/m', {}], 'empty_body'],
  ['a body of blanks', put('  \n '), 'empty_body'],
  ['half an object', put('{"type":'), 'malformed_json'],
  ['a trailing comma', put('{"type":"mlp",}'), 'malformed_json'],
  ['a comment', put('{} // mlp'), 'malformed_json'],
  ['NaN', put('{"seed":NaN}'), 'malformed_json'],
  ['bytes that are no UTF-8', put(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), 'invalid_encoding'],
  ['UTF-16', put(Buffer.from('{"type":"mlp"}', 'utf16le')), 'malformed_json'],
  ['33 nested objects', put(nested(33)), 'nesting_too_deep'],
  ['100,000 nested arrays', put('['.repeat(100_000) + ']'.repeat(100_000)), 'nesting_too_deep'],
  ['a repeated key', put('{"type":"mlp","type":"mlp"}'), 'duplicate_key'],
  ['a repeated key in disguise', put('{"type":"mlp","typ\\u0065":"mlp"}'), 'duplicate_key'],
  ['__proto__', put('{"__proto__":{"type":"mlp"}}'), 'forbidden_key'],
  ['constructor deep inside', put('{"preprocessing":{"constructor":{}}}'), 'forbidden_key'],
  ['more than 1 MiB', put(`"${'a'.repeat(1024 ** 2)}"`), 'payload_too_large'],
  // Media types and encodings
  ['JSON as text', put('{}', type('text/plain')), 'unsupported_media_type'],
  ['JSON without a type', ['PUT', '/api/v1/models/m', { body: '{}', headers: {} }], 'unsupported_media_type'],
  ['a form', put('type=mlp', type('application/x-www-form-urlencoded')), 'unsupported_media_type'],
  ['a type that is none', put('{}', type('json')), 'unsupported_media_type'],
  ['a type with a part too many', put('{}', type('application/json/x')), 'unsupported_media_type'],
  ['Latin-1', put('{}', type('application/json; charset=latin1')), 'unsupported_media_type'],
  ['gzip', put('{}', { ...json, 'content-encoding': 'gzip' }), 'unsupported_media_type'],
  ['a table as XML', upload('<x/>', 'text/xml'), 'unsupported_media_type'],
  [
    'a table without a type',
    ['POST', '/api/v1/datasets', { body: 'x\n1', headers: {} }],
    'unsupported_media_type',
  ],
  ['a body on GET', get('/api/v1/models', { json: { limit: 5 } }), 'malformed_request'],
  [
    'a body where none is taken',
    ['DELETE', `/api/v1/models/m`, { json: { force: true } }],
    'validation_failed',
    [''],
  ],
  [
    'text where no body is taken',
    ['DELETE', '/api/v1/models/m', { body: 'x', headers: {} }],
    'unsupported_media_type',
  ],
  // Schemas
  [
    'a name of capitals, put',
    ['PUT', '/api/v1/models/IRIS', { json: { type: 'mlp', target: 'y' } }],
    'validation_failed',
    ['{model}'],
  ],
  ['an array for a config', put('[]'), 'validation_failed', ['']],
  ['null for a config', put('null'), 'validation_failed', ['']],
  ['no type', putConfig({ target: 'y' }), 'validation_failed', ['/type']],
  ['an unknown type', putConfig({ type: 'svm', target: 'y' }), 'validation_failed', ['/type']],
  [
    'a string for a number',
    putConfig({ type: 'mlp', target: 'y', epochs: '12' }),
    'validation_failed',
    ['/epochs'],
  ],
  ['null for a number', putConfig({ type: 'mlp', target: 'y', seed: null }), 'validation_failed', ['/seed']],
  [
    'a fraction of an epoch',
    putConfig({ type: 'mlp', target: 'y', epochs: 1.5 }),
    'validation_failed',
    ['/epochs'],
  ],
  ['1e999', put('{"type":"mlp","target":"y","l2":1e999}'), 'validation_failed', ['/l2']],
  [
    'a field of another type',
    putConfig({ type: 'linear_regression', target: 'y', epochs: 5 }),
    'validation_failed',
    ['/epochs'],
  ],
  [
    'five wrongs at once, two of them deep',
    putConfig({
      type: 'mlp',
      epoch: 1,
      l2: -1,
      hidden_layers: [
        { units: 4, activation: 'relu' },
        { units: 0, activation: 'swish' },
      ],
    }),
    'validation_failed',
    ['/epoch', '/hidden_layers/1/activation', '/hidden_layers/1/units', '/l2', '/target'],
  ],
  [
    'a key to escape in a pointer',
    putConfig({ type: 'mlp', target: 'y', 'a/b~c': 1 }),
    'validation_failed',
    ['/a~1b~0c'],
  ],
  [
    'a job without a dataset',
    ['POST', '/api/v1/jobs', { json: { model: 'm' } }],
    'validation_failed',
    ['/dataset'],
  ],
  ['no rows to predict', predict({ rows: [] }), 'validation_failed', ['/rows']],
  ['rows that are no list', predict({ rows: { x: 1 } }), 'validation_failed', ['/rows']],
  [
    'more features than columns can be',
    putConfig({ features: Array(20_001).fill('x') }),
    'too_many_elements',
  ],
  ['predict by no version', predict({ rows: [{ x: 1 }] }), 'no_version'],
  // Tables
  ['an empty table', upload(''), 'empty_body'],
  ['a header alone', upload('x,y\n'), 'empty_dataset'],
  ['a ragged row', upload('x,y\n1,2\n3\n'), 'ragged_row'],
  ['an open quote', upload('x,y\n"1,2\n'), 'malformed_csv'],
  ['a table of NULs', upload(new Uint8Array(50)), 'malformed_csv'],
  ['a table that is no UTF-8', upload(Uint8Array.of(0x78, 0x0a, 0xff, 0x0a)), 'invalid_encoding'],
  ['a table larger than the limit', upload(`x\n${'1\n'.repeat(60_000)}`), 'payload_too_large'],
  [
    'rows of mixed types',
    upload('{"rows":[{"x":1},{"x":"a"}]}', 'application/json'),
    'mixed_types',
    ['/rows/1/x'],
  ],
  [
    'rows and columns',
    upload('{"rows":[{"x":1}],"columns":{"x":[1]}}', 'application/json'),
    'validation_failed',
  ],
  ['half a JSON table', upload('{"rows":[', 'application/json'), 'malformed_json'],
  [
    'a name in two places',
    ['POST', '/api/v1/datasets?name=a', { json: { rows: [{ x: 1 }] } }],
    'validation_failed',
    ['?name'],
  ],
  [
    'an empty name',
    ['POST', '/api/v1/datasets?name=', { body: 'x\n1', headers: type('text/csv') }],
    'validation_failed',
    ['?name'],
  ],
];

describe('a malformed request', () => {
  it.each(table)('%s', async (_, [method, path, sent], code, pointers) => {
    const answer = await service.call(method, path, sent);
    expectProblem(answer, code);
    const found = (answer.json.errors ?? []).map((error: { pointer?: string }) => error.pointer);
    if (pointers) expect(found.toSorted()).toEqual(pointers);
  });

  it('says what was expected and what came', async () => {
    const { json: problem } = await service.call(
      ...putConfig({
        type: 'mlp',
        target: 5,
        epochs: '12',
        seed: 1.5,
        batch_size: 0,
        optimizer: { type: 'lion' },
        zeal: 11,
      }),
    );
    const messages = Object.fromEntries(
      problem.errors.map(({ pointer, code, message }: Record<string, string>) => [
        pointer,
        `${code}: ${message}`,
      ]),
    );
    expect(messages).toEqual({
      '/target': 'invalid_type: expected a string, got 5',
      '/epochs': 'invalid_type: expected a number, got "12"',
      '/seed': 'invalid_type: expected a whole number, got 1.5',
      '/batch_size': 'too_small: expected a number of at least 1, got 0',
      '/optimizer/type':
        'invalid_value: expected one of "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", got "lion"',
      '/zeal': 'unknown_field: unknown field',
    });
    const missing = await service.call(...putConfig({ type: 'mlp' }));
    expect(missing.json.errors).toEqual([
      { pointer: '/target', code: 'missing_field', message: 'expected a string, got nothing' },
    ]);
  });

  it('leaves nothing behind of a refused upload', async () => {
    expect(
      (await service.call('GET', '/api/v1/datasets')).json.items.map((one: { id: string }) => one.id),
    ).toEqual([dataset]);
  });
});

describe('a known path with another method', () => {
  it.each([
    ['/api/v1/datasets', 'GET, HEAD, POST'],
    ['/api/v1/models/m', 'DELETE, GET, HEAD, PUT'],
    ['/api/v1/models/m/predict', 'POST'],
    ['/openapi.yaml', 'GET, HEAD'],
  ])('%s allows %s', async (path, allow) => {
    const answer = await service.call('OPTIONS', path);
    expectProblem(answer, 'method_not_allowed');
    expect(answer.headers.allow).toBe(allow);
  });

  it('answers HEAD as GET, without the body', async () => {
    const answer = await service.call('HEAD', '/api/v1/models/m');
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect((await service.call('HEAD', '/api/v1/models/nobody')).status).toBe(404);
  });
});

const head = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`;

/** What it is, the bytes, the code; `end`: our half is closed after them. */
const raw: [string, string | Uint8Array, string, { end?: boolean }?][] = [
  ['no HTTP at all', 'hello there\r\n\r\n', 'malformed_request'],
  ['a TLS greeting', Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3), 'malformed_request'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'malformed_request'],
  ['HTTP/9', head('GET /livez HTTP/9.9', 'Host: localhost'), 'malformed_request'],
  ['an unknown method', head('FETCH /livez HTTP/1.1', 'Host: localhost'), 'malformed_request'],
  ['a bare NUL in a header', head('GET /livez HTTP/1.1', 'Host: localhost', 'X: a\0b'), 'malformed_request'],
  ['a header without a colon', head('GET /livez HTTP/1.1', 'Host: localhost', 'junk'), 'malformed_request'],
  ['a tunnel', head('CONNECT example.com:443 HTTP/1.1', 'Host: localhost'), 'malformed_request'],
  ['a space in the path', head('GET /live z HTTP/1.1', 'Host: localhost'), 'malformed_request'],
  ['no Host', head('GET /livez HTTP/1.1', 'Connection: close'), 'malformed_request'],
  [
    'two Hosts',
    head('GET /livez HTTP/1.1', 'Host: localhost', 'Host: evil', 'Connection: close'),
    'malformed_request',
  ],
  ['an asterisk', head('GET * HTTP/1.1', 'Host: localhost', 'Connection: close'), 'route_not_found'],
  [
    'a negative length',
    head('PUT /api/v1/models/m HTTP/1.1', 'Host: localhost', 'Content-Length: -1'),
    'malformed_request',
  ],
  [
    'two lengths',
    head('PUT /api/v1/models/m HTTP/1.1', 'Host: localhost', 'Content-Length: 2', 'Content-Length: 3'),
    'malformed_request',
  ],
  [
    'a length and chunks (smuggling)',
    `${head(
      'PUT /api/v1/models/m HTTP/1.1',
      'Host: localhost',
      'Content-Length: 5',
      'Transfer-Encoding: chunked',
    )}0\r\n\r\n`,
    'malformed_request',
  ],
  [
    'a chunk size that is none',
    `${head(
      'PUT /api/v1/models/m HTTP/1.1',
      'Host: localhost',
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
    )}zz\r\n{}\r\n`,
    'malformed_request',
  ],
  [
    'an unknown transfer encoding',
    head('PUT /api/v1/models/m HTTP/1.1', 'Host: localhost', 'Transfer-Encoding: gzip'),
    'malformed_request',
  ],
  [
    '20 KiB of headers',
    head('GET /livez HTTP/1.1', 'Host: localhost', `X: ${'a'.repeat(20_000)}`),
    'headers_too_large',
  ],
  ['a URL of 20 KiB', head(`GET /${'a'.repeat(20_000)} HTTP/1.1`, 'Host: localhost'), 'uri_too_long'],
  [
    'an odd expectation',
    `${head('PUT /api/v1/models/m HTTP/1.1', 'Host: localhost', 'Expect: miracles', 'Content-Length: 2')}{}`,
    'expectation_failed',
  ],
  [
    'a JSON body that ends early',
    `${head(
      'PUT /api/v1/models/m HTTP/1.1',
      'Host: localhost',
      'Content-Type: application/json',
      'Content-Length: 50',
    )}{"type"`,
    'incomplete_body',
    { end: true },
  ],
  [
    'an upload that ends early',
    `${head(
      'POST /api/v1/datasets HTTP/1.1',
      'Host: localhost',
      'Content-Type: text/csv',
      'Content-Length: 50',
    )}x\n1\n`,
    'incomplete_body',
    { end: true },
  ],
  [
    'chunks that end early',
    `${head(
      'POST /api/v1/datasets HTTP/1.1',
      'Host: localhost',
      'Content-Type: text/csv',
      'Transfer-Encoding: chunked',
    )}4\r\nx\n1\n\r\n`,
    'incomplete_body',
    { end: true },
  ],
];

describe('bytes on the socket', () => {
  it.each(raw)('%s', async (_, bytes, code, options) => {
    const answer = await sendRaw(service.port, bytes, options);
    expectProblem(answer, code);
    expect(answer.headers.connection).toBe('close');
  });

  it('lets a valid chunked body and HTTP/1.0 pass', async () => {
    const chunked = await sendRaw(
      service.port,
      `${head('POST /api/v1/datasets HTTP/1.1', 'Host: localhost', 'Content-Type: text/csv', 'Transfer-Encoding: chunked', 'Connection: close')}4\r\nx\n1\n\r\n0\r\n\r\n`,
    );
    expect(chunked.status).toBe(201);
    expect((await sendRaw(service.port, head('GET /livez HTTP/1.0', 'Host: localhost'))).status).toBe(200);
    await service.call('DELETE', chunked.headers.location!);
  });
});
