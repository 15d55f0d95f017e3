/** One read serves the requests of a turn, and none of a later one. */
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createVersionResolver } from '../../../src/api/services/version-resolver.ts';
import type { VersionRef, VersionSelector } from '../../../src/store/ports.ts';

it('reads once for each thing asked in a turn, and anew in the next', async () => {
  const reads: [string, VersionSelector][] = [];
  let version = 1;
  const { resolve, known } = createVersionResolver({
    versions: {
      async resolve(model, selector): Promise<VersionRef> {
        reads.push([model, selector]);
        return { key: `${version}`, version, parameters: 1 };
      },
    },
  });
  const together = [
    resolve('m', 'latest'),
    resolve('m', 'latest'),
    resolve('m', { alias: 'latest' }),
    resolve('m', 1),
  ];
  expect((await Promise.all(together)).map((ref) => ref!.version)).toEqual([1, 1, 1, 1]);
  expect(reads).toEqual([
    ['m', 'latest'],
    ['m', { alias: 'latest' }],
    ['m', 1],
  ]);
  expect([known('m', 'latest'), known('m', 2)]).toEqual([{ key: '1', version: 1, parameters: 1 }, null]);
  version = 2;
  await setImmediate();
  expect(known('m', 'latest')).toBeNull();
  expect(await resolve('m', 'latest')).toMatchObject({ version: 2 });
});
