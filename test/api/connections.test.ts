/** Slow clients, clients that leave, failures inside, and the orderly end. */

import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/ports.ts';
import { type Answer, sendRaw, startService, type TestOptions, type TestService } from './service.ts';

let service: TestService;

async function start(options?: TestOptions): Promise<TestService> {
  service = await startService(options);
  return service;
}

afterEach(() => service.close());

/** A queued job that nobody trains. */
async function queuedJob(): Promise<string> {
  const made = await service.call('POST', '/api/v1/datasets', {
    json: { columns: { x: [1, 2, 3, 4, 5, 6], y: ['a', 'b', 'a', 'b', 'a', 'b'] } },
  });
  await service.call('PUT', '/api/v1/models/m', { json: { type: 'logistic_regression', target: 'y' } });
  return (await service.call('POST', '/api/v1/jobs', { json: { model: 'm', dataset: made.json.id } })).json
    .id;
}

async function readAll(socket: Socket): Promise<string> {
  let text = '';
  for await (const piece of socket) text += piece;
  return text;
}

const headOf = (path: string, type: string, length: number) =>
  `${path.startsWith('/api/v1/models') ? 'PUT' : 'POST'} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;

it('requests that come together are handled in slices, in their order', async () => {
  let looks = 0;
  const wrapStore = (store: Store): Store => ({
    ...store,
    models: {
      ...store.models,
      list: (query) => {
        looks++;
        return store.models.list(query);
      },
    },
  });
  await start({ wrapStore, limits: { requestSliceMs: 0 } });
  const socket = connect(service.port, '127.0.0.1');
  const head = 'GET /api/v1/models HTTP/1.1\r\nHost: localhost\r\n';
  socket.write(`${`${head}\r\n`.repeat(19)}${head}Connection: close\r\n\r\n`);
  const answers = readAll(socket);
  for (let before = 0; looks < 20; before = looks) {
    await nextTurn();
    expect(looks - before).toBeLessThanOrEqual(1);
  }
  expect((await answers).match(/HTTP\/1\.1 200 OK/g)).toHaveLength(20);
});

describe('a client too slow', () => {
  it.each([
    ['sends half a head', 'GET /livez HTTP/1.1\r\nHost: loc'],
    ['sends nothing', ''],
  ])('%s: 408 after the headers timeout', async (_, bytes) => {
    await start({ limits: { headersTimeoutMs: 200, connectionsCheckingIntervalMs: 50 } });
    const started = performance.now();
    const answer = await sendRaw(service.port, bytes);
    expect(answer.json).toMatchObject({ status: 408, code: 'request_timeout' });
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('sends half a JSON body: 408 after the body deadline, however busily it trickles', async () => {
    await start({ limits: { bodyTimeoutMs: 300 } });
    const started = performance.now();
    const socket = connect(service.port, '127.0.0.1');
    socket.write(headOf('/api/v1/models/m', 'application/json', 1_000));
    const trickle = setInterval(() => socket.write(' '), 20);
    socket.on('error', () => {});
    const text = await readAll(socket);
    clearInterval(trickle);
    expect(text).toMatch(/^HTTP\/1.1 408 /);
    expect(text).toMatch(/connection: close/i);
    expect(text).toContain('"request_timeout"');
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  it('falls silent in an upload: 408 after the idle deadline, and nothing is left', async () => {
    await start({ limits: { uploadIdleTimeoutMs: 200 } });
    const answer = await sendRaw(service.port, `${headOf('/api/v1/datasets', 'text/csv', 1_000)}x,y\n1,`);
    expect(answer.json).toMatchObject({ status: 408, code: 'request_timeout' });
    expect(readdirSync(join(service.dataDir, 'spool'))).toEqual([]);
  });

  it('trickles an upload for longer than the idle deadline: it is taken', async () => {
    await start({ limits: { uploadIdleTimeoutMs: 200, bodyTimeoutMs: 100 } });
    const pieces = ['x,y\n', ...Array.from({ length: 8 }, (_, i) => `${i},${i}\n`)];
    const length = pieces.join('').length;
    const answer = await service.call('POST', '/api/v1/datasets', {
      headers: { 'content-type': 'text/csv', 'transfer-encoding': 'chunked' },
      onRequest: (request) => {
        const end = request.end.bind(request);
        request.end = (() => {
          void (async () => {
            for (const piece of pieces) {
              request.write(piece);
              await sleep(60);
            }
            end();
          })();
          return request;
        }) as typeof request.end;
      },
    });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.json.rows).toBe(8);
    expect(length).toBeGreaterThan(30);
  });
});

describe('a client that goes', () => {
  it('in the middle of an upload leaves no spool, no table and no dataset', async () => {
    await start();
    const socket = connect(service.port, '127.0.0.1');
    socket.write(`${headOf('/api/v1/datasets', 'text/csv', 1_000_000)}x,y\n${'1,2\n'.repeat(10_000)}`);
    await expect.poll(() => readdirSync(join(service.dataDir, 'spool')).length).toBe(1);
    socket.destroy();
    await expect.poll(() => readdirSync(join(service.dataDir, 'spool')).length).toBe(0);
    expect(readdirSync(join(service.dataDir, 'datasets'))).toEqual([]);
    expect((await service.call('GET', '/api/v1/datasets')).json.items).toEqual([]);
  });

  it('in the middle of a wait frees its place', async () => {
    await start({ limits: { maxJobWaiters: 1 } });
    const path = `/api/v1/jobs/${await queuedJob()}?wait=30`;
    const first = httpRequest({ host: '127.0.0.1', port: service.port, path, agent: false }).on(
      'error',
      () => {},
    );
    first.end();
    await expect
      .poll(async () => (await service.call('GET', path.replace('wait=30', 'wait=1'))).status, {
        timeout: 3_000,
      })
      .toBe(503);
    const refused = await service.call('GET', path);
    expect(refused.json.code).toBe('busy');
    expect(refused.headers['retry-after']).toBe('1');
    first.destroy();
    await expect
      .poll(async () => (await service.call('GET', path.replace('wait=30', 'wait=1'))).status, {
        timeout: 5_000,
      })
      .toBe(200);
  });
});

describe('a refused upload', () => {
  it('is read to its end, so that the client sees the answer and keeps its connection', async () => {
    await start({ config: { maxUploadBytes: 1_000 } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const send = (path: string, body: string) =>
      new Promise<{ status: number; socket: unknown }>((resolve, reject) => {
        const options = { host: '127.0.0.1', port: service.port, path, method: 'POST', agent };
        const request = httpRequest({ ...options, headers: { 'content-type': 'text/csv' } }, (response) => {
          response
            .resume()
            .on('end', () => resolve({ status: response.statusCode!, socket: request.socket }));
        });
        request.on('error', reject).end(body);
      });
    const refused = await send('/api/v1/datasets', `x\n${'1\n'.repeat(4 * 1024 ** 2)}`);
    const taken = await send('/api/v1/datasets', 'x\n1\n');
    expect([refused.status, taken.status]).toEqual([413, 201]);
    expect(taken.socket).toBe(refused.socket);
    agent.destroy();
  });

  it('without end is cut at the bound', async () => {
    await start({
      config: { maxUploadBytes: 1_000 },
      limits: { drainTimeoutMs: 200, maxDrainBytes: 100_000 },
    });
    const answer = await sendRaw(service.port, `${headOf('/api/v1/datasets', 'text/csv', 2 ** 40)}x\n`);
    expect(answer.json.code).toBe('payload_too_large');
    expect(answer.headers.connection).toBe('close');
  });
});

describe('a failure inside', () => {
  const failing = (thrown: unknown): TestOptions => ({
    wrapStore: (store): Store => ({
      ...store,
      models: { ...store.models, list: () => Promise.reject(thrown) },
      ping: () => Promise.reject(thrown),
    }),
  });

  it.each([
    ['an error', new Error('SELECT secret FROM /var/lib/trainyard')],
    ['null', null],
    ['undefined', undefined],
    ['a string', 'secret'],
    ['an error that poses as a 418', Object.assign(new Error('secret'), { code: 'FST_ERR_VALIDATION' })],
  ])('%s: 500 that shows nothing, and a log that has it with the request id', async (_, thrown) => {
    await start(failing(thrown));
    const answer = await service.call('GET', '/api/v1/models');
    expect(answer.json).toMatchObject({
      status: 500,
      code: 'internal',
      detail: 'Something went wrong on our side',
    });
    expect(answer.text).not.toMatch(/secret|SELECT|var/);
    const line = service.log.find(({ msg }) => msg === 'request failed');
    expect(line).toMatchObject({ code: 'internal', request_id: answer.headers['x-request-id'] });
    if (thrown instanceof Error) expect(JSON.stringify(line)).toContain(thrown.message);
  });

  it('a full disk is 507', async () => {
    await start(failing(Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' })));
    expect((await service.call('GET', '/api/v1/models')).json).toMatchObject({
      status: 507,
      code: 'disk_full',
    });
  });

  it('an unreadable store is alive and not ready', async () => {
    await start(failing(new Error('disk I/O error')));
    expect((await service.call('GET', '/livez')).status).toBe(200);
    expect((await service.call('GET', '/readyz')).json).toMatchObject({ status: 503, code: 'not_ready' });
  });

  it('a data process that is down is alive and not ready', async () => {
    await start({ isDataUp: () => false });
    expect((await service.call('GET', '/readyz')).json).toMatchObject({ status: 503, code: 'not_ready' });
  });
});

describe('closing', () => {
  it('ends long polls at once with the job as it is, refuses new requests, and is done', async () => {
    await start();
    const id = await queuedJob();
    const waiting = Array.from({ length: 3 }, () => service.call('GET', `/api/v1/jobs/${id}?wait=60`));
    await sleep(150);
    const started = performance.now();
    const closing = service.app.close();
    const answers = await Promise.all(waiting);
    expect(answers.map(({ status, json }) => [status, json.state])).toEqual(Array(3).fill([200, 'queued']));
    expect(answers[0]!.headers.connection).toBe('close');
    await closing;
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('finishes a request that is under way', async () => {
    await start();
    const body = 'x,y\n1,2\n';
    const socket = connect(service.port, '127.0.0.1');
    const text = readAll(socket);
    socket.write(headOf('/api/v1/datasets', 'text/csv', body.length));
    await sleep(100);
    const closing = service.app.close();
    await sleep(200);
    socket.write(body);
    expect(await text).toMatch(/^HTTP\/1.1 201 /);
    await closing;
  });

  it('answers 503 to a request that comes over an open connection meanwhile', async () => {
    await start();
    const socket = connect(service.port, '127.0.0.1');
    const text = readAll(socket);
    const request = 'GET /api/v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n';
    socket.write(request);
    await once(socket, 'data');
    const closing = service.app.close();
    await sleep(20);
    socket.write(request);
    const [first, second] = (await text).split(/(?=HTTP\/1.1 )/);
    expect(first).toMatch(/^HTTP\/1.1 200 /);
    expect(second).toMatch(/^HTTP\/1.1 503 /);
    expect(second).toMatch(/connection: close/i);
    expect(second).toMatch(/retry-after: 1/i);
    expect(second).toContain('"shutting_down"');
    await closing;
  });

  it('does not wait for connections that say nothing', async () => {
    await start();
    const sockets = ['', 'GET /livez HTTP/1.1\r\nHo'].map((bytes) => {
      const socket = connect(service.port, '127.0.0.1');
      socket.on('error', () => {});
      if (bytes) socket.write(bytes);
      return socket;
    });
    await sleep(100);
    const started = performance.now();
    await service.app.close();
    expect(performance.now() - started).toBeLessThan(1_000);
    for (const socket of sockets) socket.destroy();
  });
});

describe('every answer', () => {
  it('has a request id of its own, and the log has it too', async () => {
    await start();
    const answers: Answer[] = [];
    for (const path of ['/livez', '/nothing', '/api/v1/models/%zz', '/docs', '/openapi.yaml']) {
      answers.push(await service.call('GET', path));
    }
    const ids = answers.map(({ headers }) => headers['x-request-id']);
    expect(new Set(ids).size).toBe(5);
    const logged = service.log.map(({ request_id }) => request_id);
    for (const id of ids) expect(logged).toContain(id);
  });
});
