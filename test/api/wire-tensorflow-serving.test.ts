/** TensorFlow Serving's REST API and KServe's v1: the requests of their documentation, against what native predict answers. */
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestService } from './service.ts';
import { flowers, line, nativePredictions, people, startWithModels } from './wires-fixtures.ts';

let service: TestService;
beforeAll(async () => {
  service = await startWithModels();
});
afterAll(() => service.close());

/** `curl -d`: the documentation's own examples send JSON as a form. */
const post = (path: string, json: unknown, headers: Record<string, string> = {}) =>
  service.call('POST', `/v1/models/${path}`, {
    body: typeof json === 'string' ? json : JSON.stringify(json),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });

const columnsOf = (rows: readonly Record<string, unknown>[]) =>
  Object.fromEntries(Object.keys(rows[0]).map((name) => [name, rows.map((row) => row[name])]));

describe(':predict', () => {
  it("takes the documentation's instances of one unnamed input", async () => {
    const native = await nativePredictions(service, line);
    const answer = await post('line:predict', '{"instances": [1.0,2.0,5.0]}');
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.json).toEqual({ predictions: native.map(({ outputs }) => outputs[0]) });
  });

  it.each([flowers, people])(
    'answers instances and inputs of $name as native predict does',
    async (model) => {
      const probabilities = (await nativePredictions(service, model)).map(({ outputs }) => outputs);
      const { name, rows } = model;
      const lists = rows.map((row) => Object.values(row));
      const tensors = rows.map((row) => Object.fromEntries(Object.entries(row).map(([k, v]) => [k, [v]])));
      for (const instances of [rows, lists, tensors]) {
        expect((await post(`${name}:predict`, { instances })).json).toEqual({ predictions: probabilities });
      }
      const columns = columnsOf(rows);
      const nested = Object.fromEntries(
        Object.entries(columns).map(([k, list]) => [k, list.map((v) => [v])]),
      );
      for (const inputs of [columns, nested, lists]) {
        expect((await post(`${name}:predict`, { inputs })).json).toEqual({ outputs: probabilities });
      }
    },
  );

  it('answers by version and by label, and passes over what it does not know', async () => {
    const { rows: instances } = flowers;
    const latest = await post('flowers:predict', { instances });
    for (const path of ['flowers/versions/1:predict', 'flowers/labels/live:predict', 'flowers%3Apredict']) {
      const answer = await post(path, { signature_name: 'serving_default', instances, parameters: {} });
      expect(answer.json).toEqual(latest.json);
    }
  });

  it('takes gzip and deflate', async () => {
    const body = JSON.stringify({ instances: flowers.rows });
    const plain = await post('flowers:predict', body);
    for (const [encoding, bytes] of [
      ['gzip', gzipSync(body)],
      ['deflate', deflateSync(body)],
    ] as const) {
      const headers = { 'content-encoding': encoding };
      const answer = await service.call('POST', '/v1/models/flowers:predict', { body: bytes, headers });
      expect(answer.json).toEqual(plain.json);
    }
  });
});

describe(':classify and :regress', () => {
  it('give label and score of every class, context and all', async () => {
    const native = await nativePredictions(service, flowers);
    const labels = ['iris', 'rose', 'ä"lily'];
    const results = native.map(({ outputs }) => labels.map((label, i) => [label, outputs[i]]));
    const examples = flowers.rows.map(({ length }) => ({ length: [length] }));
    const first = { signature_name: 'tensorflow/serving/classify', examples: flowers.rows };
    expect((await post('flowers:classify', first)).json).toEqual({ results });
    const shared = await post('flowers:classify', { context: { width: 0.5 }, examples });
    expect(shared.json.results[0]).toEqual(results[0]);
  });

  it("give the value, by the documentation's request", async () => {
    const answer = await post(
      'line:regress',
      '{"signature_name": "tensorflow/serving/regress", "examples": [{"x": 1.0}, {"x": 2.0}]}',
    );
    const native = await nativePredictions(service, line);
    expect(answer.json).toEqual({ results: native.slice(0, 2).map(({ outputs }) => outputs[0]) });
  });

  it('refuse a model of the other kind, and a feature given twice', async () => {
    expect((await post('line:classify', { examples: [{ x: 1 }] })).json.error).toMatch(/use :regress/);
    expect((await post('flowers:regress', { examples: flowers.rows })).json.error).toMatch(/use :classify/);
    const twice = await post('line:regress', { context: { x: 1 }, examples: [{ x: 1 }] });
    expect([twice.status, twice.json.error]).toEqual([400, expect.stringMatching(/^\/examples\/0\/x: /)]);
  });
});

describe('status and metadata', () => {
  it('are those of both systems in one body', async () => {
    const status = {
      name: 'flowers',
      ready: true,
      model_version_status: [
        { version: '1', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } },
      ],
    };
    for (const path of ['flowers', 'flowers/versions/1', 'flowers/labels/live']) {
      expect((await service.call('GET', `/v1/models/${path}`)).json).toEqual(status);
    }
    const empty = { name: 'empty', ready: false, model_version_status: [] };
    expect((await service.call('GET', '/v1/models/empty')).json).toEqual(empty);
    expect((await service.call('GET', '/v1/models')).json.models.toSorted()).toEqual([
      'flowers',
      'line',
      'people',
      'truth',
    ]);
  });

  it('describe one matrix of numbers, or a tensor for each feature', async () => {
    const { json } = await service.call('GET', '/v1/models/flowers/metadata');
    expect(json.model_spec).toEqual({ name: 'flowers', signature_name: '', version: '1' });
    const dim = (...sizes: number[]) => ({
      dim: sizes.map((size) => ({ size: String(size), name: '' })),
      unknown_rank: false,
    });
    expect(json.metadata.signature_def.signature_def.serving_default).toEqual({
      inputs: { input: { dtype: 'DT_DOUBLE', tensor_shape: dim(-1, 2), name: 'input' } },
      outputs: { probabilities: { dtype: 'DT_DOUBLE', tensor_shape: dim(-1, 3), name: 'probabilities' } },
      method_name: 'tensorflow/serving/predict',
    });
    const mixed = await service.call('GET', '/v1/models/people/versions/1/metadata');
    const { inputs } = mixed.json.metadata.signature_def.signature_def.serving_default;
    const dtypes = Object.entries<{ dtype: string }>(inputs).map(([name, { dtype }]) => [name, dtype]);
    expect(dtypes).toEqual([
      ['age', 'DT_DOUBLE'],
      ['sex', 'DT_STRING'],
      ['member', 'DT_BOOL'],
    ]);
  });
});

describe('refusals', () => {
  it.each<[string, unknown, number, RegExp]>([
    ['half:predict', { instances: [1] }, 404, /no model "half"/],
    ['empty:predict', { instances: [1] }, 404, /no job of "empty"/],
    ['line/versions/9:predict', { instances: [1] }, 404, /no version 9/],
    ['line/labels/x:predict', { instances: [1] }, 404, /no alias "x"/],
    ['Line:predict', { instances: [1] }, 404, /no model can have this name/],
    ['line:explain', { instances: [1] }, 404, /no route/],
    ['line:predict', '{"instances": [1', 400, /valid JSON/],
    ['line:predict', '', 400, /got nothing/],
    ['line:predict', [], 400, /expected an object/],
    ['line:predict', {}, 400, /one of "instances" and "inputs"/],
    ['line:predict', { instances: [1], inputs: [1] }, 400, /one of "instances" and "inputs"/],
    ['line:predict', { instances: [] }, 400, /at least one row/],
    ['line:predict', { instances: 1 }, 400, /\/instances: expected an array/],
    ['line:predict', { instances: ['a'] }, 400, /\/instances\/0\/x: expected a number, got text/],
    ['line:predict', { instances: [[[1, 2]]] }, 400, /\/instances\/0\/x: expected a number, got an array/],
    ['line:predict', { instances: [{ x: 1, y: 2 }] }, 400, /\/instances\/0\/y: the model has no feature/],
    ['flowers:predict', { instances: [[1, 2, 3]] }, 400, /expected 2 values, one for each of width, length/],
    [
      'flowers:predict',
      { inputs: { width: [1, 2], length: [1] } },
      400,
      /\/inputs\/length: .* 2 values, got 1/,
    ],
    ['flowers:predict', { inputs: { width: 1, length: 2 } }, 400, /\/inputs\/width: .* got no list/],
    ['line:predict', { signature_name: 'mine', instances: [1] }, 400, /signature_name: expected one of/],
  ])('%s of %j: %d', async (path, body, status, error) => {
    const answer = await post(path, body);
    expect([answer.status, answer.json]).toEqual([status, { error: expect.stringMatching(error) }]);
    expect(answer.headers['content-type']).toBe('application/json');
  });

  it('bound what a body unpacks to, and name an encoding that they do not know', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * 1024 ** 2, 0x20));
    const send = (body: Uint8Array, encoding: string) =>
      service.call('POST', '/v1/models/line:predict', { body, headers: { 'content-encoding': encoding } });
    expect((await send(bomb, 'gzip')).json).toEqual({ error: expect.stringContaining('once unpacked') });
    expect((await send(bomb, 'gzip')).status).toBe(413);
    expect((await send(Buffer.from('{}'), 'gzip')).status).toBe(400);
    expect((await send(Buffer.from('{}'), 'br')).status).toBe(415);
  });
});

describe('with keys', () => {
  it('401 has the shape of the wire, and the challenge', async () => {
    const key = 'a-key-of-sixteen-characters';
    const guarded = await startWithModels({ config: { apiKeys: [key] } });
    try {
      const refused = await guarded.call('POST', '/v1/models/line:predict', { json: { instances: [1] } });
      expect([refused.status, refused.json]).toEqual([401, { error: expect.stringContaining('Bearer') }]);
      expect(refused.headers['www-authenticate']).toMatch(/^Bearer/);
      const mlflow = await guarded.call('POST', '/invocations/line', { json: { instances: [1] } });
      expect([mlflow.status, mlflow.json.error_code]).toEqual([401, 'UNAUTHENTICATED']);
      const infer = await guarded.call('GET', '/v2/models/line');
      expect([infer.status, Object.keys(infer.json)]).toEqual([401, ['error']]);
      for (const path of ['/v2/health/live', '/v2/health/ready', '/ping', '/health', '/version']) {
        expect((await guarded.call('GET', path)).status).toBe(200);
      }
      const headers = { authorization: `Bearer ${key}` };
      const json = { instances: [1] };
      expect((await guarded.call('POST', '/v1/models/line:predict', { json, headers })).status).toBe(200);
    } finally {
      await guarded.close();
    }
  });
});
