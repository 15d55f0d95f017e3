/** The text of stored events, and what it costs to have many clients catch up on them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEventBacklog } from '../../../src/api/services/event-backlog.ts';
import { textOf } from '../../../src/api/services/event-text.ts';
import type { JobEvent } from '../../../src/contracts/job-event.ts';

const eventOf = (id: number, message = '') =>
  ({ id, type: 'warning', at: '', data: { code: 'é', message } }) as JobEvent;
const upTo = (last: number) => Array.from({ length: last }, (_, i) => eventOf(i + 1));

/** A store in memory that counts the events it was read for. */
function startBacklog(bounds: { pieceBytes?: number; maxBytes?: number } = {}) {
  const table = new Map<string, JobEvent[]>();
  let rows = 0;
  const backlog = createEventBacklog({
    pieceBytes: 1_000,
    maxBytes: 1_000_000,
    ...bounds,
    store: {
      jobs: {
        async events(jobId, after, limit) {
          const page = (table.get(jobId) ?? []).filter(({ id }) => id > after).slice(0, limit);
          rows += page.length;
          return page;
        },
      },
    },
  });

  async function readAll(jobId: string, after: number): Promise<{ text: string; pieces: Buffer[] }> {
    const pieces: Buffer[] = [];
    for (let at = after; ; ) {
      const piece = await backlog.read(jobId, at);
      if (!piece) return { text: Buffer.concat(pieces).toString(), pieces };
      expect(piece.first).toBeGreaterThan(at);
      at = piece.last;
      pieces.push(piece.bytes);
    }
  }

  return { table, backlog, readAll, rows: () => rows };
}

it('reads each event once for a crowd in turns, wherever each of them begins', async () => {
  const { table, backlog, rows } = startBacklog();
  const events = upTo(1_234);
  table.set('job', events);
  const clients = Array.from({ length: 60 }, (_, i) => ({ after: i * 17, at: i * 17, text: '' }));
  for (let waiting = clients; waiting.length > 0; waiting = waiting.filter(({ at }) => at < 1_234)) {
    for (const client of waiting) {
      const piece = (await backlog.read('job', client.at))!;
      client.at = piece.last;
      client.text += piece.bytes;
    }
  }
  for (const { after, text } of clients) expect(text).toBe(events.slice(after).map(textOf).join(''));
  expect(rows()).toBe(1_234);
});

it('gives what was stored after an id, in pieces of their size, whatever is added or deleted between', async () => {
  const message = fc.string({ maxLength: 300, unit: 'grapheme' });
  const step = fc.record({
    added: fc.array(message, { maxLength: 150 }),
    after: fc.nat(400),
    trims: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 6 }),
      fc.integer({ min: 1, max: 3_000 }),
      async (steps, pieceBytes) => {
        const { table, readAll } = startBacklog({ pieceBytes });
        const events: JobEvent[] = [];
        table.set('job', events);
        let nextId = 1;
        for (const { added, after, trims } of steps) {
          // As retention deletes: ids stay free. Only before anyone has read.
          if (trims && nextId === 1) nextId = 250;
          for (const text of added) events.push(eventOf(nextId++, text));
          const { text, pieces } = await readAll('job', after);
          expect(text).toBe(
            events
              .filter(({ id }) => id > after)
              .map(textOf)
              .join(''),
          );
          for (const piece of pieces) {
            const count = piece.toString().match(/^id: /gm)!.length;
            if (count > 1) expect(piece.length).toBeLessThanOrEqual(pieceBytes);
          }
        }
      },
    ),
    { numRuns: 50 },
  );
});

it('keeps no more in memory than its bound, and nothing of events that are not there', async () => {
  const { table, readAll, rows } = startBacklog({ maxBytes: 25_000 });
  for (const job of ['a', 'b', 'c']) table.set(job, upTo(100));
  for (const job of ['a', 'b', 'a', 'c', 'nothing']) await readAll(job, 0);
  expect(rows()).toBe(300);
  await readAll('a', 0);
  expect(rows()).toBe(300);
  await readAll('b', 0);
  expect(rows()).toBe(400);
});

it('tells of the end with the last event alone', async () => {
  const { table, backlog } = startBacklog({ pieceBytes: 200 });
  table.set('job', [...upTo(3), { id: 4, type: 'cancelled', at: '', data: {} }]);
  const ends: boolean[] = [];
  for (let at = 0; at < 4; ) {
    const piece = (await backlog.read('job', at))!;
    ends.push(piece.isEnd);
    at = piece.last;
  }
  expect(ends).toEqual([...ends.slice(1).fill(false), true]);
  expect(await backlog.read('job', 4)).toBeNull();
});
