/** The document that the service gives of itself. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCodes } from '../../src/errors.ts';
import { packageVersion } from '../../src/package-version.ts';
import { startService, type TestService } from './service.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly responses: Record<string, { description: string; content?: Record<string, unknown> }>;
}

let service: TestService;
let operations: Operation[];

beforeAll(async () => {
  service = await startService();
  const { paths } = (await service.call('GET', '/openapi.json')).json;
  operations = Object.values(paths as Record<string, Record<string, Operation>>).flatMap((path) =>
    Object.values(path),
  );
});
afterAll(() => service.close());

describe('the OpenAPI document', () => {
  it('is the committed openapi.yaml but for the version', async () => {
    const committed = readFileSync(fileURLToPath(new URL('../../openapi.yaml', import.meta.url)), 'utf8');
    const served = await service.call('GET', '/openapi.yaml');
    expect(served.headers['content-type']).toBe('application/yaml');
    expect(served.text.replace('version: 0.0.0-test', `version: ${packageVersion}`)).toBe(committed);
  });

  it('gives every operation a name of its own, a summary, a tag and its answers', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operationId, summary, tags, responses } of operations) {
      expect([operationId, Boolean(summary), tags.length]).toEqual([operationId, true, 1]);
      const statuses = Object.keys(responses);
      expect(statuses.filter((status) => status.startsWith('2')).length).toBeGreaterThan(0);
      for (const status of statuses.filter((each) => each >= '400')) {
        // The wires of other systems have those systems' errors.
        const isWire = /^(tensorflow|kserve|openInference|mlflow)/.test(operationId);
        const mediaType = isWire ? 'application/json' : 'application/problem+json';
        expect(Object.keys(responses[status]!.content!)).toEqual([mediaType]);
      }
    }
  });

  it('names every HTTP code of the table in some answer but those that routing or the socket alone can give', () => {
    const text = JSON.stringify(operations);
    const unnamed = Object.keys(errorCodes).filter((code) => !text.includes(`\`${code}\``));
    expect(unnamed).toEqual(['route_not_found', 'method_not_allowed', 'expectation_failed']);
  });
});
