/** One client's stream against a store and a feed that are as late, or as early, as they like. */
import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventBacklog } from '../../../src/api/services/event-backlog.ts';
import type { EventListener } from '../../../src/api/services/event-feed.ts';
import { startEventStream } from '../../../src/api/services/event-stream.ts';
import type { JobEvent } from '../../../src/contracts/job-event.ts';

const eventOf = (id: number, type = 'started') => ({ id, type, at: '', data: { attempt: 1 } }) as JobEvent;

/** @param delays turns of the event loop that each read of the store takes */
function startStream({ after = 0, delays = [0], takes = true } = {}) {
  const committed: JobEvent[] = [];
  let listener: EventListener | null = null;
  let reads = 0;
  let text = '';
  const jobs = {
    async events(_jobId: string, from: number, limit: number) {
      const turns = delays[reads++ % delays.length]!;
      const page = committed.filter(({ id }) => id > from).slice(0, limit);
      for (let i = 0; i < turns; i++) await setImmediate();
      return page;
    },
  };
  const response = new Writable({
    highWaterMark: 1_000,
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      text += chunk;
      if (takes) done();
    },
  });
  const stream = startEventStream(
    {
      jobId: 'job',
      after,
      turn: async () => {},
      backlog: createEventBacklog({ store: { jobs }, pieceBytes: 300, maxBytes: 10_000 }),
      maxBufferedBytes: 5_000,
      heartbeatMs: 60_000,
      stallMs: 50,
      feed: {
        async subscribe(_jobId, given) {
          listener = given;
          return () => {
            listener = null;
          };
        },
      },
    },
    response,
  );
  return {
    stream,
    response,
    committed,
    reads: () => reads,
    commit: (count: number) => {
      for (let i = 0; i < count; i++) committed.push(eventOf(committed.length + 1));
    },
    /** As the feed: what was committed up to here, from an id on. */
    tell: (from: number, to: number) => listener?.(committed.slice(from - 1, to)),
    hear: (events: readonly JobEvent[]) => listener?.(events),
    ids: () => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)),
    isListening: () => listener !== null,
  };
}

const settle = async () => {
  for (let i = 0; i < 20; i++) await setImmediate();
};
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => i + first);

describe('a stream', () => {
  it('has each event once and in order, however late or early the feed and the store are', async () => {
    const step = fc.record({ commits: fc.nat(5), tells: fc.nat(6), turns: fc.nat(3) });
    const delays = fc.array(fc.nat(4), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), delays, async (steps, given) => {
        const stream = startStream({ delays: given });
        await setImmediate();
        let told = 0;
        for (const { commits, tells, turns } of steps) {
          stream.commit(commits);
          const to = Math.min(stream.committed.length, told + tells);
          if (to > told) stream.tell(told + 1, to);
          told = to;
          for (let i = 0; i < turns; i++) await setImmediate();
        }
        if (stream.committed.length > told) stream.tell(told + 1, stream.committed.length);
        await settle();
        expect(stream.ids()).toEqual(upTo(stream.committed.length));
        stream.stream.close(1);
        await stream.stream.ended;
        expect(stream.isListening()).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('does not repeat what it is told of while it reads it', async () => {
    const stream = startStream({ delays: [3] });
    stream.commit(3);
    await setImmediate();
    stream.tell(1, 3);
    await settle();
    expect(stream.ids()).toEqual(upTo(3));
  });

  it('turns to the store where the feed leaves something out', async () => {
    const stream = startStream();
    stream.commit(2);
    await settle();
    stream.commit(3);
    stream.tell(5, 5);
    await settle();
    expect(stream.ids()).toEqual(upTo(5));
  });

  it('is over with the last event of its job, and with a job that was deleted', async () => {
    const ended = startStream();
    ended.committed.push(eventOf(1), eventOf(2, 'cancelled'));
    await ended.stream.ended;
    expect(ended.ids()).toEqual([1, 2]);

    const deleted = startStream();
    deleted.commit(2);
    await settle();
    deleted.commit(2);
    const [last] = deleted.committed.splice(0).slice(-1);
    deleted.hear([last!]);
    await deleted.stream.ended;
  });

  it('keeps little for a client that takes nothing: live it is cut, catching up it is waited for a while', async () => {
    const live = startStream({ takes: false });
    await settle();
    for (let i = 1; i <= 500; i++) {
      live.commit(1);
      live.tell(i, i);
    }
    await expect(live.stream.ended).rejects.toThrow('the client lets');
    expect(live.response.writableLength).toBeLessThan(5_100);
    expect(live.isListening()).toBe(false);

    const behind = startStream({ takes: false });
    behind.commit(5_000);
    const startedAt = performance.now();
    await expect(behind.stream.ended).rejects.toThrow();
    expect(performance.now() - startedAt).toBeGreaterThan(40);
    expect(behind.reads()).toBeLessThan(5);
  });
});
