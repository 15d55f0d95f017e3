/** A crowd of streams that catch up on one job: what that takes of the event loop and of the store. */
import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { defaultLimits } from '../../../src/api/limits.ts';
import { createJobEventService } from '../../../src/api/services/job-events.ts';
import type { Job } from '../../../src/contracts/job.ts';
import type { JobEvent } from '../../../src/contracts/job-event.ts';
import type { Store } from '../../../src/store/ports.ts';

const clients = 50;
const stored = Array.from(
  { length: 1_000 },
  (_, i) => ({ id: i + 1, type: 'checkpoint', at: '', data: { epoch: i } }) as JobEvent,
);

/** Slices of no time: whatever is awaited for a turn gets one of its own. */
async function openCrowd() {
  let rows = 0;
  const jobs = {
    get: async () => ({ state: 'running' }) as Job,
    async events(_id: string, after: number, limit: number) {
      const page = stored.slice(after, after + limit);
      rows += page.length;
      return page;
    },
  } as unknown as Store['jobs'];
  const service = createJobEventService({
    store: { jobs },
    feed: { subscribe: async () => () => {} },
    limits: { ...defaultLimits, eventSliceMs: 0 },
  });
  let writes = 0;
  let last = 0;
  let held: (() => void)[] | null = [];
  for (let i = 0; i < clients; i++) {
    const response = new Writable({
      write(chunk: Buffer, _encoding, done) {
        writes++;
        if (chunk.includes('id: 1000\n')) last++;
        if (held) held.push(done);
        else done();
      },
    });
    (await service.open('job', 0))!(response as unknown as ServerResponse);
  }
  return {
    rows: () => rows,
    writes: () => writes,
    complete: () => last,
    /** From here on every client takes what it gets, and all at once what waits for them. */
    takeAll() {
      const all = held!;
      held = null;
      for (const done of all) done();
    },
    close: () => service.close(),
  };
}

it('writes one piece in a turn, whoever has become ready, and reads each event once', async () => {
  const crowd = await openCrowd();
  const untilWrites = async (isEnough: () => boolean) => {
    for (let turns = 0; !isEnough() && turns < 10_000; turns++) {
      const before = crowd.writes();
      await nextTurn();
      expect(crowd.writes() - before).toBeLessThanOrEqual(1);
    }
  };
  await untilWrites(() => crowd.writes() === clients);
  // Nobody has taken anything: nothing more is written, or read.
  for (let i = 0; i < 100; i++) await nextTurn();
  expect([crowd.writes(), crowd.rows()]).toEqual([clients, 100]);
  crowd.takeAll();
  await untilWrites(() => crowd.complete() === clients);
  expect(crowd.complete()).toBe(clients);
  expect(crowd.rows()).toBe(stored.length);
  crowd.close();
});
