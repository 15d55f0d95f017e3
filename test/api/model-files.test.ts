/** Versions as files over HTTP: what a download holds, and what cannot be one. */
import { readdirSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../src/contracts/dataset.ts';
import { runOnnx } from '../unit/training/onnx/run-onnx.ts';
import { type Answer, startService, type TestService } from './service.ts';

let service: TestService;

const rows = Array.from({ length: 30 }, (_, i) => ({
  x: i === 5 ? null : i / 3,
  city: ['Bonn', 'Jena', 'Ulm'][i % 3],
  y: i === 3 || i > 14 ? 'high' : 'low',
}));

/** Makes the model `name` and trains it on columns of these rows. */
async function train(name: string, table: readonly object[], config: object): Promise<void> {
  const made = await service.call('POST', '/api/v1/datasets', { json: { rows: table } });
  await service.call('PUT', `/api/v1/models/${name}`, { json: config });
  const job = await service.call('POST', '/api/v1/jobs', { json: { model: name, dataset: made.json.id } });
  expect(job.status, job.text).toBe(202);
  await service.trainNext();
}

interface Download {
  readonly status: number;
  readonly headers: Answer['headers'];
  readonly bytes: Buffer;
}

function download(path: string): Promise<Download> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: service.port, path, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, bytes: Buffer.concat(pieces) }),
      );
    }).on('error', reject);
  });
}

const fileOf = (model: string, format: string, version = 1) =>
  download(`/api/v1/models/${model}/versions/${version}/export?format=${format}`);

beforeAll(async () => {
  service = await startService();
  await train('cities', rows, { type: 'logistic_regression', target: 'y' });
});
afterAll(() => service.close());

describe('a version as ONNX', () => {
  it('answers in another runtime what predict answers here', async () => {
    const { status, headers, bytes } = await fileOf('cities', 'onnx');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': String(bytes.length),
      'content-disposition': 'attachment; filename="cities-1.onnx"',
    });
    const { trained } = (await service.store.versions.get('cities', 1))!;
    const asked: Row[] = [{ x: 3, city: 'Bonn' }, { city: 'Kiel' }, { x: 9.5, city: 'Ulm' }];
    const answer = await runOnnx(bytes, trained, asked);
    const { predictions } = (
      await service.call('POST', '/api/v1/models/cities/predict', { json: { rows: asked } })
    ).json;
    expect(answer.label).toEqual(predictions.map(({ label }: { label: string }) => label));
    predictions.forEach(({ probabilities }: { probabilities: Record<string, number> }, i: number) => {
      expect(answer.outputs[2 * i]).toBeCloseTo(probabilities.high!, 12);
      expect(answer.outputs[2 * i + 1]).toBeCloseTo(probabilities.low!, 12);
    });
  });

  it('answers HEAD with its headers alone', async () => {
    const path = '/api/v1/models/cities/versions/1/export?format=onnx';
    const [head, { bytes }] = [await service.call('HEAD', path), await fileOf('cities', 'onnx')];
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', String(bytes.length)]);
  });

  it('is refused with the reason where the format cannot say it', async () => {
    const renamed = rows.map(({ city, ...row }) => ({ ...row, label: city }));
    await train('clash', renamed, { type: 'logistic_regression', target: 'y' });
    const answer = await service.call('GET', '/api/v1/models/clash/versions/1/export?format=onnx');
    expect(answer.status).toBe(409);
    expect(answer.json).toMatchObject({
      code: 'not_exportable',
      detail: expect.stringContaining('the feature "label" has the name of an output'),
    });
    expect((await fileOf('clash', 'safetensors')).status).toBe(200);
  });
});

describe('a version as safetensors', () => {
  it('holds the weights as they are stored, under a header that says everything else', async () => {
    const { bytes, headers } = await fileOf('cities', 'safetensors');
    expect(headers['content-disposition']).toBe('attachment; filename="cities-1.safetensors"');
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    const { __metadata__: metadata, ...tensors } = JSON.parse(bytes.toString('utf8', 8, 8 + length));
    expect(tensors).toEqual({
      'output.weights': { dtype: 'F64', shape: [4, 1], data_offsets: [0, 32] },
      'output.bias': { dtype: 'F64', shape: [1], data_offsets: [32, 40] },
    });
    const stored = await service.store.versions.weights('cities', 1);
    expect(Buffer.compare(bytes.subarray(8 + length), stored!)).toBe(0);
    const version = (await service.call('GET', '/api/v1/models/cities/versions/1')).json;
    const { config, metrics, weights_sha256, preprocessing } = version;
    expect(JSON.parse(metadata.trainyard_model)).toMatchObject({
      model: 'cities',
      config,
      metrics,
      weights_sha256,
      trained: { preprocessing },
    });
  });
});

describe('an import', () => {
  const sent = (body: Buffer, headers: Record<string, string> = {}) => ({
    body,
    headers: { 'content-type': 'application/octet-stream', ...headers },
  });

  it('makes the next version, which predicts the same to the bit and exports to the same file', async () => {
    const { bytes } = await fileOf('cities', 'safetensors');
    await service.call('PUT', '/api/v1/models/copy', { json: { type: 'perceptron', target: 'y' } });
    const made = await service.call('POST', '/api/v1/models/copy/import', sent(bytes));
    expect(made.status, made.text).toBe(201);
    expect(made.headers.location).toBe('/api/v1/models/copy/versions/1');
    const original = (await service.call('GET', '/api/v1/models/cities/versions/1')).json;
    expect(made.json).toEqual({
      ...original,
      version: 1,
      imported_from: { model: 'cities', version: 1 },
      created_at: expect.any(String),
    });
    expect((await service.call('GET', made.headers.location!)).json).toEqual(made.json);
    expect((await service.call('GET', '/api/v1/models/copy')).json).toMatchObject({
      latest_version: 1,
      config: { type: 'perceptron' },
    });

    const asked = { json: { rows: [{ x: 3.3, city: 'Jena' }, { city: null }, { x: 1e3, city: 'Kiel' }] } };
    const [here, there] = [
      await service.call('POST', '/api/v1/models/cities/predict', asked),
      await service.call('POST', '/api/v1/models/copy/predict', asked),
    ];
    expect(there.json).toEqual({ ...here.json, model: 'copy' });
    const packed = sent(gzipSync(bytes), { 'content-encoding': 'gzip' });
    expect((await service.call('POST', '/api/v1/models/cities/import', packed)).json.version).toBe(2);
  });

  it('of a file that is none, too large, or sent otherwise is refused, and stores nothing', async () => {
    const { bytes } = await fileOf('cities', 'safetensors');
    const before = (await service.call('GET', '/api/v1/models/cities')).json;
    const damaged = Buffer.from(bytes);
    damaged[damaged.length - 3]! ^= 4;
    const announced = sent(bytes, { 'content-length': String(2 ** 30) });
    const refused: [object, number, string][] = [
      [sent(Buffer.from('PK')), 422, 'invalid_model_file'],
      [sent(Buffer.alloc(0)), 400, 'empty_body'],
      [sent(damaged), 422, 'invalid_model_file'],
      [sent(bytes.subarray(0, 500)), 422, 'invalid_model_file'],
      [sent(bytes, { 'content-type': 'text/csv' }), 415, 'unsupported_media_type'],
      [sent(bytes, { 'content-encoding': 'gzip' }), 400, 'malformed_gzip'],
      [sent(bytes, { 'content-encoding': 'br' }), 415, 'unsupported_media_type'],
      [{ ...announced, onRequest: undefined }, 413, 'payload_too_large'],
    ];
    for (const [request, status, code] of refused) {
      const answer = await service.call('POST', '/api/v1/models/cities/import', request);
      expect([answer.status, answer.json.code]).toEqual([status, code]);
    }
    const unknown = await service.call('POST', '/api/v1/models/nobody/import', sent(bytes));
    expect([unknown.status, unknown.json.code]).toEqual([404, 'model_not_found']);
    expect((await service.call('GET', '/api/v1/models/cities')).json).toEqual(before);
    expect(readdirSync(join(service.dataDir, 'spool'))).toEqual([]);
  });
});

describe('an export', () => {
  it.each([
    ['cities/versions/9/export?format=onnx', 404, 'version_not_found'],
    ['nobody/versions/1/export?format=onnx', 404, 'model_not_found'],
    ['cities/versions/1/export', 422, 'validation_failed'],
    ['cities/versions/1/export?format=pickle', 422, 'validation_failed'],
  ])('of %s is %i %s', async (path, status, code) => {
    const answer = await service.call('GET', `/api/v1/models/${path}`);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });
});
