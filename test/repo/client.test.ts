/** The typed client is made from openapi.yaml, and what `prepack` builds of it runs as plain JavaScript. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { clientTypes } from '../../scripts/client-types.ts';
import { operations } from '../../src/client/operations.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const run = promisify(execFile);

describe('the client', () => {
  const document = parse(read('openapi.yaml'));

  it('has the operations and types that openapi.yaml gives', () => {
    expect(read('src/client/operations.ts')).toBe(clientTypes(document));
  });

  it('has a method for each operation of the native API, and for no other', () => {
    const native = Object.entries<Record<string, { operationId: string }>>(document.paths)
      .filter(([path]) => path.startsWith('/api/v1/'))
      .flatMap(([, methods]) => Object.values(methods).map(({ operationId }) => operationId));
    const extra = ['getLiveness', 'getReadiness', 'getMetrics'];
    expect(Object.keys(operations).toSorted()).toEqual([...native, ...extra].toSorted());
  });

  it('is built by prepack to where package.json exports it', async () => {
    const { exports, scripts } = JSON.parse(read('package.json'));
    const config = JSON.parse(read('tsconfig.client.json'));
    expect(exports['./client'].default).toBe(`./${config.compilerOptions.outDir}/client.js`);
    expect(scripts.prepack).toBe('tsc -p tsconfig.client.json');
    const outDir = mkdtempSync(join(tmpdir(), 'trainyard-client-'));
    try {
      await run(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.client.json', '--outDir', outDir], {
        cwd: root,
      });
      const { createClient, TrainyardProblem } = await import(pathToFileURL(join(outDir, 'client.js')).href);
      const asked: string[] = [];
      const client = createClient({
        baseUrl: 'http://service/under/',
        apiKey: 'key',
        fetch: async (url: string, { method, headers, body }: RequestInit) => {
          asked.push(`${method} ${url} ${JSON.stringify(headers)} ${body}`);
          return new Response('nothing here', { status: 502 });
        },
      });
      const refusal = await client
        .putAlias({ model: 'a b', alias: 'live', 'if-match': '"1"', body: { version: 2 } })
        .catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(TrainyardProblem);
      expect(refusal).toMatchObject({ status: 502, code: 'unknown', errors: [] });
      expect(asked).toEqual([
        'PUT http://service/under/api/v1/models/a%20b/aliases/live {"accept":"application/json, */*;q=0.5","content-type":"application/json","authorization":"Bearer key","if-match":"\\"1\\""} {"version":2}',
      ]);
    } finally {
      rmSync(outDir, { recursive: true, force: true });
    }
  });
});
