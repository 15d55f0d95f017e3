/** The write-ahead log stays small under trainers that commit megabytes and clients that never stop downloading. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { call, cleanUp, root, type Service, startService } from '../e2e/service.ts';
import { families } from './fault-families.ts';
import { prepare, submit } from './jobs.ts';

afterAll(cleanUp);

const mebibyte = 1024 ** 2;
const seconds = 20;

/** Asks, and then reads nothing. */
async function stall(service: Service, request: string): Promise<Socket> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.write(`${request} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
}

/** A trainer of this process that commits as fast as the disk takes it. @returns MiB of checkpoints */
async function commitFor(ms: number, dataDir: string): Promise<number> {
  const store = openSqliteStore({ dataDir, role: 'client' });
  const { fence } = (await store.jobs.claim('busy', 600_000, new Date()))!;
  // Just small enough to lie in the database.
  const state = randomBytes(4 * mebibyte);
  let epoch = 0;
  for (const startedAt = performance.now(); performance.now() - startedAt < ms; await sleep(5)) {
    const record = {
      epoch: ++epoch,
      loss: 1,
      validation_loss: null,
      metrics: {},
      seconds: 0.01,
    };
    expect(await store.jobs.progress(fence, [record], 'test/1', new Date())).toBe('ok');
    expect(await store.jobs.checkpoint(fence, epoch, state, new Date())).toBe('ok');
  }
  await store.close();
  return (epoch * state.length) / mebibyte;
}

it(`is at most 64 MiB in ${seconds} s of checkpoints, a stalled backup and endless reads`, async () => {
  const service = await startService({
    command: [process.execPath, join(root, 'bin/trainyard.js'), '--role', 'api'],
  });
  const { dataDir } = service;
  const family = families['mlp: adam, dropout']!;
  const id = await submit(service, await prepare(service, family), family.config(1_000_000));
  let isOver = false;
  const committing = commitFor(seconds * 1000, dataDir).finally(() => {
    isOver = true;
  });
  await sleep(1_000);
  const stalled = await stall(service, 'POST /api/v1/admin/backup');
  const readers = [`/api/v1/jobs/${id}/history`, `/api/v1/jobs/${id}/events?limit=1000`, '/api/v1/jobs'].map(
    async (path) => {
      while (!isOver) expect((await call(service, 'GET', path)).status).toBe(200);
    },
  );
  let largest = 0;
  while (!isOver) {
    largest = Math.max(largest, statSync(join(dataDir, 'trainyard.db-wal')).size);
    await sleep(5);
  }
  const written = await committing;
  await Promise.all(readers);
  stalled.destroy();
  await service.end('SIGTERM', 'process');
  console.log(
    `the log was at most ${(largest / mebibyte).toFixed(1)} MiB, of ${written.toFixed(0)} MiB of checkpoints`,
  );
  // Else it could not have grown beyond the bound.
  expect(written).toBeGreaterThan(128);
  expect(largest).toBeLessThanOrEqual(64 * mebibyte);
});
