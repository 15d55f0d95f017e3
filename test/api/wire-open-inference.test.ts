/** The Open Inference Protocol: requests as tritonclient's source builds them, and the specification's JSON form. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestService } from './service.ts';
import { flowers, line, nativePredictions, people, startWithModels } from './wires-fixtures.ts';

let service: TestService;
beforeAll(async () => {
  service = await startWithModels();
});
afterAll(() => service.close());

interface Input {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: string;
  readonly data?: readonly unknown[];
  readonly raw?: Uint8Array;
  readonly parameters?: object;
}

/**
 * As `_get_inference_request` of tritonclient.http: binary inputs follow the JSON, whose length is in a header; no Content-Type;
 * without `outputs` all are asked for as binary.
 */
function tritonRequest(
  inputs: readonly Input[],
  more: object = {},
): { body: Buffer<ArrayBuffer>; headers: Record<string, string> } {
  const json = {
    inputs: inputs.map(({ raw, ...input }) =>
      raw ? { ...input, parameters: { binary_data_size: raw.length, ...input.parameters } } : input,
    ),
    ...('outputs' in more ? {} : { parameters: { binary_data_output: true } }),
    ...more,
  };
  const header = Buffer.from(JSON.stringify(json));
  const raws = inputs.flatMap(({ raw }) => raw ?? []);
  return {
    body: Buffer.concat([header, ...raws]),
    headers: raws.length > 0 ? { 'Inference-Header-Content-Length': String(header.length) } : {},
  };
}

const doubles = (values: readonly number[]) => new Uint8Array(Float64Array.from(values).buffer);
const texts = (values: readonly string[]) =>
  Buffer.concat(
    values.map((value) => {
      const text = Buffer.from(value);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      return Buffer.concat([length, text]);
    }),
  );

/** As `InferResult`: the JSON's length from the header, then each output's bytes in order. */
async function inferBinary(
  path: string,
  request: { body: Buffer<ArrayBuffer>; headers: Record<string, string> },
) {
  const response = await fetch(`http://127.0.0.1:${service.port}/v2/models/${path}`, {
    method: 'POST',
    ...request,
  });
  expect(response.status, await response.clone().text()).toBe(200);
  const bytes = Buffer.from(await response.arrayBuffer());
  const length = Number(response.headers.get('inference-header-content-length'));
  const json = JSON.parse(bytes.subarray(0, length).toString());
  let at = length;
  const tensors: Record<string, Buffer> = {};
  for (const { name, parameters } of json.outputs) {
    tensors[name] = bytes.subarray(at, at + parameters.binary_data_size);
    at += parameters.binary_data_size;
  }
  expect(at).toBe(bytes.length);
  return { json, tensors };
}

const infer = (path: string, json: unknown, headers: Record<string, string> = {}) =>
  service.call('POST', `/v2/models/${path}/infer`, {
    body: typeof json === 'string' ? json : JSON.stringify(json),
    headers,
  });

const matrix = (more: Partial<Input> = {}): Input => ({
  name: 'input',
  shape: [flowers.rows.length, 2],
  datatype: 'FP64',
  ...more,
});
const flat = flowers.rows.flatMap((row) => Object.values(row) as number[]);

describe('infer', () => {
  it('answers tritonclient by default: binary in, binary out', async () => {
    const native = await nativePredictions(service, flowers);
    const request = tritonRequest([matrix({ raw: doubles(flat) })], { id: '42' });
    for (const path of ['flowers/infer', 'flowers/versions/1/infer']) {
      const { json, tensors } = await inferBinary(path, request);
      expect(json).toEqual({
        model_name: 'flowers',
        model_version: '1',
        id: '42',
        outputs: [
          { name: 'probabilities', datatype: 'FP64', shape: [3, 3], parameters: { binary_data_size: 72 } },
          {
            name: 'label',
            datatype: 'BYTES',
            shape: [3],
            parameters: { binary_data_size: expect.any(Number) },
          },
        ],
      });
      const { buffer } = new Uint8Array(tensors.probabilities);
      expect([...new Float64Array(buffer)]).toEqual(native.flatMap(({ outputs }) => outputs));
      expect(tensors.label).toEqual(texts(native.map(({ label }) => String(label))));
    }
  });

  it('answers the JSON form of the specification, flat or nested, whatever the tensor is called', async () => {
    const native = await nativePredictions(service, flowers);
    const probabilities = native.flatMap(({ outputs }) => outputs);
    for (const data of [flat, flowers.rows.map((row) => Object.values(row))]) {
      const answer = await infer('flowers', { inputs: [matrix({ name: 'input-0', data })] });
      expect(answer.status, answer.text).toBe(200);
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
      expect(answer.json).toEqual({
        model_name: 'flowers',
        model_version: '1',
        outputs: [
          { name: 'probabilities', datatype: 'FP64', shape: [3, 3], data: probabilities },
          { name: 'label', datatype: 'BYTES', shape: [3], data: native.map(({ label }) => label) },
        ],
      });
    }
  });

  it('takes one tensor for each feature where not all are numbers; NaN and null are missing', async () => {
    const native = await nativePredictions(service, people);
    const column = (name: string) => people.rows.map((row) => row[name]);
    const [age, sex, member] = ['age', 'sex', 'member'].map(column);
    const json = await infer('people', {
      inputs: [
        { name: 'age', shape: [3], datatype: 'FP64', data: age },
        { name: 'sex', shape: [3, 1], datatype: 'BYTES', data: sex },
        { name: 'member', shape: [3], datatype: 'BOOL', data: member },
      ],
      outputs: [{ name: 'label' }],
    });
    const label = { name: 'label', datatype: 'INT64', shape: [3], data: native.map((row) => row.label) };
    expect(json.json.outputs).toEqual([label]);

    const { tensors } = await inferBinary(
      'people/infer',
      tritonRequest([
        { name: 'age', shape: [2, 1], datatype: 'FP64', raw: doubles([20, Number.NaN]) },
        { name: 'sex', shape: [2, 1], datatype: 'BYTES', raw: texts(['f', 'm']) },
        { name: 'member', shape: [2, 1], datatype: 'BOOL', raw: Uint8Array.of(1, 0) },
      ]),
    );
    expect(tensors.label.readBigInt64LE(0)).toBe(BigInt(native[0].label as number));
    const probabilities = [0, 8, 16, 24].map((at) => tensors.probabilities.readDoubleLE(at));
    expect(probabilities).toEqual([...native[0].outputs, ...native[1].outputs]);
  });

  it.each<[string, readonly number[]]>([
    ['FP64', [...doubles([2])]],
    ['FP32', [0, 0, 0, 0x40]],
    ['FP16', [0, 0x40]],
    ['BF16', [0, 0x40]],
    ['INT8', [2]],
    ['UINT8', [2]],
    ['INT16', [2, 0]],
    ['UINT16', [2, 0]],
    ['INT32', [2, 0, 0, 0]],
    ['UINT32', [2, 0, 0, 0]],
    ['INT64', [2, 0, 0, 0, 0, 0, 0, 0]],
    ['UINT64', [2, 0, 0, 0, 0, 0, 0, 0]],
  ])('reads the number 2 as %s', async (datatype, bytes) => {
    const [, two] = await nativePredictions(service, line);
    for (const shape of [[1], [1, 1]]) {
      const raw = Uint8Array.from(bytes);
      const { json, tensors } = await inferBinary(
        'line/infer',
        tritonRequest([{ name: 'x', shape, datatype, raw }]),
      );
      expect(json.outputs).toMatchObject([{ name: 'value', datatype: 'FP64', shape: [1] }]);
      expect(tensors.value.readDoubleLE(0)).toBe(two.outputs[0]);
    }
  });

  it.each<[number, number]>([
    [0x3c00, 1],
    [0xc000, -2],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x7bff, 65504],
    [0x3555, 0.333251953125],
  ])('reads the half-precision number %i as %d', async (bits, value) => {
    const raw = Uint8Array.of(bits & 0xff, bits >> 8);
    const input: Input = { name: 'x', shape: [1], datatype: 'FP16', raw };
    const { tensors } = await inferBinary('line/infer', tritonRequest([input]));
    const native = await nativePredictions(service, { name: 'line', rows: [{ x: value }] });
    expect(tensors.value.readDoubleLE(0)).toBe(native[0].outputs[0]);
  });

  it('gives booleans as BOOL, and each output in the form that it was asked for', async () => {
    const { body, headers } = tritonRequest(
      [{ name: 'x', shape: [2], datatype: 'FP64', raw: doubles([0, 5]) }],
      {
        outputs: [
          { name: 'label', parameters: { binary_data: true } },
          { name: 'probabilities', parameters: { binary_data: false } },
        ],
      },
    );
    const response = await fetch(`http://127.0.0.1:${service.port}/v2/models/truth/infer`, {
      method: 'POST',
      body,
      headers,
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const length = Number(response.headers.get('inference-header-content-length'));
    const { outputs } = JSON.parse(bytes.subarray(0, length).toString());
    expect(outputs[0]).toEqual({
      name: 'label',
      datatype: 'BOOL',
      shape: [2],
      parameters: { binary_data_size: 2 },
    });
    expect(outputs[1].data).toHaveLength(4);
    const native = await nativePredictions(service, { name: 'truth', rows: [{ x: 0 }, { x: 5 }] });
    expect([...bytes.subarray(length)]).toEqual(native.map(({ label }) => Number(label)));
  });

  it('undoes gzip before it looks for the binary part', async () => {
    const plain = tritonRequest([matrix({ raw: doubles(flat) })]);
    const packed = { body: gzipSync(plain.body), headers: { ...plain.headers, 'Content-Encoding': 'gzip' } };
    const answers = [await inferBinary('flowers/infer', plain), await inferBinary('flowers/infer', packed)];
    expect(answers[0]).toEqual(answers[1]);
  });

  it('answers many rows in pieces', async () => {
    const data = Array.from({ length: 20_000 }, (_, i) => i % 11);
    const shape = [10_000, 2];
    const { json } = await infer('flowers', {
      inputs: [matrix({ shape, data })],
      outputs: [{ name: 'probabilities' }],
    });
    expect(json.outputs[0].shape).toEqual([10_000, 3]);
    expect(json.outputs[0].data).toHaveLength(30_000);
    const one = await infer('flowers', { inputs: [matrix({ shape: [1, 2], data: data.slice(-2) })] });
    expect(json.outputs[0].data.slice(-3)).toEqual(one.json.outputs[0].data);
  });
});

describe('server and model', () => {
  it('say who they are, that they live and what they take', async () => {
    const get = async (path: string) => (await service.call('GET', `/v2${path}`)).json;
    expect(await get('')).toEqual({
      name: 'trainyard',
      version: '0.0.0-test',
      extensions: ['binary_tensor_data'],
    });
    expect(await get('/health/live')).toEqual({ live: true });
    expect(await get('/health/ready')).toEqual({ ready: true });
    expect(await get('/models/flowers/ready')).toEqual({ name: 'flowers', ready: true });
    expect(await get('/models/flowers/versions/1/ready')).toEqual({ name: 'flowers', ready: true });
    expect(await get('/models/flowers')).toEqual({
      name: 'flowers',
      versions: ['1'],
      platform: 'trainyard',
      inputs: [{ name: 'input', datatype: 'FP64', shape: [-1, 2] }],
      outputs: [
        { name: 'probabilities', datatype: 'FP64', shape: [-1, 3] },
        { name: 'label', datatype: 'BYTES', shape: [-1] },
      ],
    });
    expect((await get('/models/people/versions/1')).inputs).toEqual([
      { name: 'age', datatype: 'FP64', shape: [-1, 1] },
      { name: 'sex', datatype: 'BYTES', shape: [-1, 1] },
      { name: 'member', datatype: 'BOOL', shape: [-1, 1] },
    ]);
    expect((await get('/models/line')).outputs).toEqual([{ name: 'value', datatype: 'FP64', shape: [-1] }]);
  });

  it('are not ready without data process', async () => {
    const broken = await startWithModels({ isDataUp: () => false });
    const answer = await broken.call('GET', '/v2/health/ready');
    expect([answer.status, answer.json]).toEqual([503, { error: expect.any(String) }]);
    const ping = await broken.call('GET', '/ping');
    expect([ping.status, ping.json.error_code]).toEqual([503, 'TEMPORARILY_UNAVAILABLE']);
    await broken.close();
  });
});

describe('refusals', () => {
  const one = { name: 'x', shape: [1], datatype: 'FP64' };
  it.each<[string, unknown, number, RegExp]>([
    ['nowhere', { inputs: [{ ...one, data: [1] }] }, 404, /no model "nowhere"/],
    ['empty', { inputs: [{ ...one, data: [1] }] }, 404, /no job of "empty"/],
    ['line/versions/7', { inputs: [{ ...one, data: [1] }] }, 404, /no version 7/],
    ['line', { inputs: [] }, 400, /\/inputs: expected/],
    ['line', { inputs: [one] }, 400, /\/inputs\/0\/data: expected 1 values, as the shape says, got none/],
    ['line', { inputs: [{ ...one, data: [1, 2] }] }, 400, /expected 1 values, as the shape says, got 2/],
    ['line', { inputs: [{ ...one, shape: [-1], data: [1] }] }, 400, /\/inputs\/0\/shape\/0: expected/],
    ['line', { inputs: [{ ...one, shape: [0], data: [] }] }, 400, /at least one row/],
    ['line', { inputs: [{ ...one, datatype: 'FP128', data: [1] }] }, 400, /datatype: expected one of/],
    ['line', { inputs: [{ ...one, data: ['1'] }] }, 400, /\/inputs\/0\/x: expected a number, got text/],
    ['flowers', { inputs: [{ ...one, name: 'input', data: [1] }] }, 400, /expected \[n, 2\].*got \[1\]/],
    [
      'flowers',
      {
        inputs: [
          { ...one, name: 'width', data: [1] },
          { ...one, name: 'width', data: [1] },
        ],
      },
      400,
      /given twice/,
    ],
    [
      'flowers',
      {
        inputs: [
          { ...one, name: 'depth', data: [1] },
          { ...one, data: [1] },
        ],
      },
      400,
      /no feature of this name/,
    ],
    [
      'line',
      { inputs: [{ ...one, data: [1] }], outputs: [{ name: 'y' }] },
      400,
      /expected one of value, got "y"/,
    ],
    [
      'line',
      { inputs: [{ ...one, data: [1] }], outputs: [{ name: 'value', parameters: { classification: 2 } }] },
      400,
      /not supported/,
    ],
    [
      'line',
      { inputs: [{ ...one, parameters: { shared_memory_region: 'a' } }] },
      400,
      /memory is not shared/,
    ],
    [
      'line',
      { inputs: [{ ...one, parameters: { binary_data_size: 8 } }] },
      400,
      /at most the 0 bytes that follow/,
    ],
    ['line', '{', 400, /valid JSON/],
    // tritonclient writes a NaN so, where it is told to send no binary.
    [
      'line',
      '{"inputs":[{"name":"x","shape":[1],"datatype":"FP64","data":[NaN]}]}',
      400,
      /"NaN" cannot stand .* a missing value is null/,
    ],
  ])('%s %j: %d', async (path, body, status, error) => {
    const answer = await infer(path, body);
    expect([answer.status, answer.json]).toEqual([status, { error: expect.stringMatching(error) }]);
    expect(answer.headers['content-type']).toBe('application/json');
  });

  it.each<[string, Input, Record<string, string>, RegExp]>([
    ['too few bytes', { ...one, raw: new Uint8Array(7) }, {}, /expected 8 bytes for 1 values of FP64, got 7/],
    [
      'a text that ends early',
      { ...one, datatype: 'BYTES', raw: Uint8Array.of(5, 0, 0, 0, 65) },
      {},
      /so many of UTF-8/,
    ],
    [
      'a text that is none',
      { ...one, datatype: 'BYTES', raw: Uint8Array.of(1, 0, 0, 0, 0xff) },
      {},
      /so many of UTF-8/,
    ],
    ['infinity', { ...one, raw: doubles([Number.POSITIVE_INFINITY]) }, {}, /stays finite/],
    [
      'a length past the body',
      { ...one, raw: doubles([1]) },
      { 'Inference-Header-Content-Length': '9999' },
      /up to the body's/,
    ],
    [
      'a length that is none',
      { ...one, raw: doubles([1]) },
      { 'Inference-Header-Content-Length': '-1' },
      /up to the body's/,
    ],
  ])('a binary request with %s', async (_, input, headers, error) => {
    const request = tritonRequest([input]);
    const answer = await service.call('POST', '/v2/models/line/infer', {
      body: request.body,
      headers: { ...request.headers, ...headers },
    });
    expect([answer.status, answer.json]).toEqual([400, { error: expect.stringMatching(error) }]);
  });

  it('binary data that no input names', async () => {
    const { body, headers } = tritonRequest([{ ...one, raw: doubles([1]) }]);
    const answer = await service.call('POST', '/v2/models/line/infer', {
      body: Buffer.concat([body, Buffer.alloc(3)]),
      headers,
    });
    expect(answer.json).toEqual({ error: expect.stringMatching(/name 8 bytes of binary data, 11 follow/) });
  });

  it('unknown paths have the shape too', async () => {
    const answer = await service.call('GET', '/v2/models/line/config');
    expect([answer.status, Object.keys(answer.json)]).toEqual([404, ['error']]);
  });
});
