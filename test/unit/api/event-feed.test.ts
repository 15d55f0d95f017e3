/** One reader for everyone who follows jobs: what it costs, and what a wait for a job's end makes of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createEventFeed } from '../../../src/api/services/event-feed.ts';
import { createJobWatcher } from '../../../src/api/services/job-watcher.ts';
import type { JobEvent } from '../../../src/contracts/job-event.ts';
import type { PlacedEvent } from '../../../src/store/ports.ts';

/** A table of events in memory. */
function startFeed() {
  const table: PlacedEvent[] = [];
  const errors: unknown[] = [];
  let reads = 0;
  let failing = 0;
  const feed = createEventFeed({
    pollMs: 5,
    sliceMs: 10,
    onError: (error) => errors.push(error),
    store: {
      jobs: {
        lastPosition: async () => table.length,
        async eventsPast(position, limit) {
          reads++;
          if (failing-- > 0) throw new Error('disk I/O error');
          return table.slice(position, position + limit);
        },
      },
    },
  });
  return {
    feed,
    errors,
    reads: () => reads,
    fail: (times: number) => {
      failing = times;
    },
    add(jobId: string, type: 'started' | 'cancelled' = 'started') {
      const id = table.filter((placed) => placed.jobId === jobId).length + 1;
      const event = { id, type, at: '', data: {} } as JobEvent;
      table.push({ position: table.length + 1, jobId, event });
    },
  };
}

it('reads once a round however many listen, and not at all when nobody does', async () => {
  const { feed, add, reads } = startFeed();
  const heard: number[] = [];
  const ends = await Promise.all(
    Array.from({ length: 500 }, (_, i) =>
      feed.subscribe(`job-${i % 2}`, (events) => heard.push(...events.map(() => i))),
    ),
  );
  add('job-0');
  await expect.poll(() => heard.length).toBe(250);
  expect(reads()).toBeLessThan(100);
  for (const end of ends) end();
  await sleep(20);
  const after = reads();
  await sleep(30);
  expect(reads()).toBe(after);
});

it('tells what is committed from the subscription on, each event once, in order, to its own job', async () => {
  const { feed, add } = startFeed();
  add('a');
  const heard: number[] = [];
  const first = await feed.subscribe('a', (events) => heard.push(...events.map(({ id }) => id)));
  for (let i = 0; i < 1_200; i++) add(i % 2 ? 'a' : 'b');
  await expect.poll(() => heard.length).toBe(600);
  expect(heard).toEqual(Array.from({ length: 600 }, (_, i) => i + 2));
  first();
  await sleep(20);
  add('a');
  const again: number[] = [];
  await feed.subscribe('a', (events) => again.push(...events.map(({ id }) => id)));
  add('a');
  await expect.poll(() => again).toEqual([603]);
});

it('goes on after a read that failed', async () => {
  const { feed, add, fail, errors } = startFeed();
  const heard: number[] = [];
  await feed.subscribe('a', (events) => heard.push(...events.map(({ id }) => id)));
  fail(3);
  add('a');
  await expect.poll(() => heard).toEqual([1]);
  expect(errors).toHaveLength(3);
});

it('lets a listener go while it is called', async () => {
  const { feed, add } = startFeed();
  let calls = 0;
  const end = await feed.subscribe('a', () => {
    calls++;
    end();
  });
  add('a');
  await expect.poll(() => calls).toBe(1);
  add('a');
  await sleep(30);
  expect(calls).toBe(1);
});

it('ends a wait with the job, also with one that ends on the way in', async () => {
  const { feed, add } = startFeed();
  let looks = 0;
  const watcher = createJobWatcher({ feed, maxWaiters: 10, hasEnded: async () => ++looks > 3 });
  const { signal } = new AbortController();
  const startedAt = performance.now();
  const waiting = watcher.wait('a', 5_000, signal);
  await sleep(20);
  add('a');
  await sleep(20);
  add('a', 'cancelled');
  await waiting;
  expect(performance.now() - startedAt).toBeGreaterThan(35);
  // Not ended when it is first looked at, ended when the subscription stands.
  await watcher.wait('b', 5_000, signal);
  expect(looks).toBe(4);
});
