/** Downloads of a dataset over HTTP: the formats, what their headers say, and clients that stop reading. */
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from './service.ts';

let service: TestService;
let dataset: string;

async function upload(csv: string, name = ''): Promise<{ id: string; sha256: string }> {
  const made = await service.call('POST', `/api/v1/datasets${name}`, {
    body: csv,
    headers: { 'content-type': 'text/csv' },
  });
  expect(made.status, made.text).toBe(201);
  return made.json;
}

const exported = (id: string, query: string, method = 'GET') =>
  service.call(method, `/api/v1/datasets/${id}/export?${query}`);

const csv = 'x,note\n1,=1+1\n,plain\n2.5,"a ""b"""\n';

beforeAll(async () => {
  service = await startService({ limits: { exportIdleTimeoutMs: 1_500 } });
  dataset = (await upload(csv, '?name=my%20table%20%C3%BC')).id;
});
afterAll(() => service.close());

describe('an export', () => {
  it('is CSV whose formulas are escaped, and says so', async () => {
    const answer = await exported(dataset, 'format=csv');
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(csv.replace('=1+1', "'=1+1"));
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="my table _.csv"; filename*=UTF-8''my%20table%20%C3%BC.csv`,
      'x-formulas': 'escaped',
    });
    expect(answer.headers).not.toHaveProperty('x-upload-query');
  });

  it('is CSV as it came, if asked: the same table again', async () => {
    const answer = await exported(dataset, 'format=csv&formulas=keep');
    expect(answer.headers['x-formulas']).toBe('kept');
    expect(answer.text).toBe(csv);
    const { sha256 } = (await service.call('GET', `/api/v1/datasets/${dataset}`)).json;
    expect((await upload(answer.text)).sha256).toBe(sha256);
  });

  it('names the types that its values do not show: with them, it is the same table again', async () => {
    const columns = {
      zip: ['10115', '10117', null],
      'a,"b"': ['1', '2', '-3'],
      n: [1, null, -2.5],
      is: [true, false, true],
      text: ['NA', '', '=1'],
    };
    const made = await service.call('POST', '/api/v1/datasets', { json: { columns } });
    const { headers, text } = await exported(made.json.id, 'format=csv&formulas=keep');
    const query = headers['x-upload-query'] as string;
    expect(new URLSearchParams(query).get('types')).toBe('"zip":category,"a,""b""":category');
    expect((await upload(text, `?${query}`)).sha256).toBe(made.json.sha256);

    const ndjson = await exported(made.json.id, 'format=ndjson');
    const again = await service.call('POST', '/api/v1/datasets', {
      body: ndjson.text,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(again.json.sha256, again.text).toBe(made.json.sha256);

    const { file } = (await service.store.datasets.get(made.json.id))!;
    const parquet = await service.call('POST', '/api/v1/datasets', {
      body: readFileSync(service.store.datasets.pathOf(file)),
      headers: { 'content-type': 'application/vnd.apache.parquet' },
    });
    expect(parquet.json.sha256, parquet.text).toBe(made.json.sha256);
  });

  it('is offered under any name that a dataset may have', async () => {
    const made = await service.call('POST', '/api/v1/datasets', {
      body: '{"name":"a\\"\\n/../\\ud800\'b","columns":{"x":[1]}}',
      headers: { 'content-type': 'application/json' },
    });
    const { status, headers } = await exported(made.json.id, 'format=parquet');
    expect([status, headers['content-disposition']]).toEqual([
      200,
      `attachment; filename="a___..___b.parquet"; filename*=UTF-8''a%22%0A%2F..%2F%EF%BF%BD%27b.parquet`,
    ]);
  });

  it('is NDJSON', async () => {
    const answer = await exported(dataset, 'format=ndjson');
    expect(answer.headers['content-type']).toBe('application/x-ndjson');
    expect(
      answer.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { x: 1, note: '=1+1' },
      { x: null, note: 'plain' },
      { x: 2.5, note: 'a "b"' },
    ]);
  });

  it('is the stored Parquet file, with its length', async () => {
    const { bytes } = (await service.call('GET', `/api/v1/datasets/${dataset}`)).json;
    const answer = await exported(dataset, 'format=parquet');
    expect(answer.headers).toMatchObject({
      'content-type': 'application/vnd.apache.parquet',
      'content-length': String(bytes),
    });
    expect(answer.text.slice(0, 4)).toBe('PAR1');
  });

  it.each(['csv', 'ndjson', 'parquet'])('answers HEAD for %s with the headers alone', async (format) => {
    const [head, get] = [
      await exported(dataset, `format=${format}`, 'HEAD'),
      await exported(dataset, `format=${format}`),
    ];
    expect([head.status, head.text]).toEqual([200, '']);
    for (const name of ['content-type', 'content-disposition', 'content-length'])
      expect(head.headers[name]).toBe(get.headers[name]);
  });

  it.each([
    ['', '?format'],
    ['format=xlsx', '?format'],
    ['format=csv&formulas=no', '?formulas'],
    ['format=ndjson&formulas=keep', '?formulas'],
    ['format=csv&delimiter=;', '?delimiter'],
  ])('with the query "%s" is refused for %s', async (query, pointer) => {
    const answer = await exported(dataset, query);
    expect([answer.status, answer.json.errors[0].pointer]).toEqual([422, pointer]);
  });

  it('of no dataset, or of one whose file is gone, is 404', async () => {
    for (const format of ['csv', 'parquet']) {
      const answer = await exported(`ds_${'0'.repeat(26)}`, `format=${format}`);
      expect([answer.status, answer.json.code]).toEqual([404, 'dataset_not_found']);
    }
  });
});

describe('a client', () => {
  let large: string;
  beforeAll(async () => {
    // Some 20 MB of text: more than the sockets' buffers hold.
    const line = `${'x'.repeat(1_000)},1\n`;
    large = (await upload(`a,b\n${line.repeat(20_000)}`)).id;
  });

  /** Asks for the export, reads a little and then nothing more. */
  async function startReading(): Promise<ReturnType<typeof connect>> {
    const socket = connect(service.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`GET /api/v1/datasets/${large}/export?format=csv HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    return socket;
  }

  /** More than may be open at once: each must have given its place back. */
  async function expectPlaces(): Promise<void> {
    const answers = await Promise.all(Array.from({ length: 6 }, () => exported(dataset, 'format=ndjson')));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
  }

  it('that goes away midway gives its place back', async () => {
    for (let i = 0; i < 5; i++) (await startReading()).destroy();
    await expectPlaces();
  });

  it('that stops reading is cut, and holds nobody else', async () => {
    const sockets = await Promise.all(Array.from({ length: 4 }, startReading));
    await sleep(50);
    const startedAt = performance.now();
    await expectPlaces();
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    for (const socket of sockets) socket.destroy();
  });

  it('that takes its time gets the whole', async () => {
    const answer = await exported(large, 'format=csv');
    expect(answer.text.length).toBe(4 + 20_000 * 1_003);
  });

  it('may wait longer for its next answer on the same connection', async () => {
    await service.call('PUT', '/api/v1/models/m', { json: { type: 'linear_regression', target: 'x' } });
    const job = await service.call('POST', '/api/v1/jobs', { json: { model: 'm', dataset } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const statusOf = (path: string) =>
      new Promise((resolve, reject) => {
        const request = get({ host: '127.0.0.1', port: service.port, path, agent }, (response) =>
          response.resume().on('end', () => resolve([response.statusCode, request.reusedSocket])),
        ).on('error', reject);
      });
    expect(await statusOf(`/api/v1/datasets/${dataset}/export?format=csv`)).toEqual([200, false]);
    // No trainer runs: this waits its whole three seconds.
    expect(await statusOf(`/api/v1/jobs/${job.json.id}?wait=3`)).toEqual([200, true]);
    agent.destroy();
  });
});
