/** Who may call: keys, hosts, origins; and that no route forgets to say so. */
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiInstance } from '../../src/api/api-instance.ts';
import { addAuthentication } from '../../src/api/plugins/authentication.ts';
import { sendRaw, startService, type TestService } from './service.ts';

const key = 'correct-horse-battery-staple';
const secondKey = 'another-key-of-the-service';
const openPaths = [
  '/livez',
  '/readyz',
  '/openapi.yaml',
  '/openapi.json',
  '/docs',
  '/docs/',
  '/docs/static/swagger-ui.css',
  '/v2/health/live',
  '/v2/health/ready',
  '/ping',
  '/health',
  '/version',
];

/** Every route of the OpenAPI document, with a path that its parameters could have. */
async function routesOf(
  service: TestService,
): Promise<{ method: string; path: string; security: unknown[] }[]> {
  const { paths } = (await service.call('GET', '/openapi.json')).json;
  return Object.entries(paths as Record<string, Record<string, { security: unknown[] }>>).flatMap(
    ([path, operations]) =>
      Object.entries(operations).map(([method, { security }]) => ({
        method: method.toUpperCase(),
        path: path.replace(/\{\w+\}/g, '1'),
        security,
      })),
  );
}

describe('a service with keys', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ config: { apiKeys: [secondKey, key] } });
  });
  afterAll(() => service.close());

  it('asks every route but the open ones for a key, and says so in its document', async () => {
    const routes = await routesOf(service);
    expect(routes.length).toBeGreaterThan(20);
    for (const { method, path, security } of routes) {
      const answer = await service.call(method, path);
      const isOpen = openPaths.includes(path);
      expect([path, answer.status === 401]).toEqual([path, !isOpen]);
      expect(security.length).toBe(isOpen ? 0 : 1);
      if (!isOpen) {
        // The wires answer in the shape of the system that they speak for: test/api/wires holds those.
        if (path.startsWith('/api/')) expect(answer.json.code).toBe('unauthorized');
        expect(answer.headers['www-authenticate']).toBe('Bearer realm="trainyard"');
      }
    }
  });

  it.each(openPaths)('%s needs none', async (path) => {
    expect((await service.call('GET', path)).status).toBe(200);
  });

  it.each([key, secondKey])('takes %s, whatever the host', async (value) => {
    const headers = {
      authorization: `Bearer ${value}`,
      host: 'models.example.com',
      origin: 'https://example.com',
    };
    expect((await service.call('GET', '/api/v1/models', { headers })).status).toBe(200);
  });

  it.each([
    ['a wrong key', 'Bearer wrong'],
    ['a key that begins right', `Bearer ${key}x`],
    ['a part of the key', `Bearer ${key.slice(0, -1)}`],
    ['no key', 'Bearer '],
    ['another scheme', `Basic ${Buffer.from(`user:${key}`).toString('base64')}`],
    ['the bare key', key],
    ['both keys', `Bearer ${secondKey},${key}`],
  ])('refuses %s', async (_, authorization) => {
    const answer = await service.call('GET', '/api/v1/models', { headers: { authorization } });
    expect(answer.json).toMatchObject({ status: 401, code: 'unauthorized' });
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="trainyard", error="invalid_token"');
  });

  it('reads an upload that has no key to its end before it refuses it', async () => {
    const answer = await service.call('POST', '/api/v1/datasets', {
      body: new Uint8Array(8 * 1024 ** 2),
      headers: { 'content-type': 'text/csv' },
    });
    expect(answer.status).toBe(401);
  });

  it('never writes a key to the log', () => {
    expect(service.log.length).toBeGreaterThan(20);
    expect(JSON.stringify(service.log)).not.toContain(key);
  });
});

describe('a service without keys', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  it.each(['localhost', 'localhost:8080', 'LOCALHOST', '127.0.0.1:1', '127.1.2.3', '[::1]', '[::1]:8080'])(
    'answers to %s',
    async (host) => {
      expect((await service.call('GET', '/api/v1/models', { headers: { host } })).status).toBe(200);
    },
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '192.168.1.5:8080',
    '0.0.0.0',
    '[::]',
  ])('does not answer to %j', async (host) => {
    for (const path of ['/api/v1/models', '/livez', '/nothing']) {
      const answer = await service.call('GET', path, { headers: { host } });
      expect(answer.json).toMatchObject({ status: 403, code: 'forbidden_host' });
    }
  });

  it.each([
    ['without a host', 'GET /livez HTTP/1.0\r\n\r\n'],
    ['with an empty host', 'GET /livez HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'],
  ])('does not answer %s', async (_, bytes) => {
    expect((await sendRaw(service.port, bytes)).json.code).toBe('forbidden_host');
  });

  it.each(['http://localhost:3000', 'https://127.0.0.1', 'http://[::1]:5173'])(
    'lets pages of %s call',
    async (origin) => {
      expect((await service.call('GET', '/api/v1/models', { headers: { origin } })).status).toBe(200);
    },
  );

  it.each(['https://evil.example', 'null', 'http://localhost.evil.example', 'file://'])(
    'refuses pages of %s',
    async (origin) => {
      const answer = await service.call('POST', '/api/v1/jobs', { json: {}, headers: { origin } });
      expect(answer.json).toMatchObject({ status: 403, code: 'forbidden_host' });
    },
  );
});

it('is asked of every route: one that does not say who may call it cannot be declared', () => {
  const app = Fastify() as unknown as ApiInstance;
  addAuthentication(app, { apiKeys: [], allowAnonymous: false });
  expect(() => app.get('/forgotten', async () => 'secret')).toThrow(
    'GET /forgotten does not say who may call it',
  );
});

it('serves everyone when it is told to', async () => {
  const service = await startService({ config: { allowAnonymous: true } });
  const answer = await service.call('GET', '/api/v1/models', { headers: { host: 'models.example.com' } });
  expect(answer.status).toBe(200);
  await service.close();
});
