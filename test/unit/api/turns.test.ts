/** How much is done in one turn of the event loop. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createSharedTurns, createTurnQueue, createTurns } from '../../../src/api/turns.ts';

/** Counts what is done in each turn of the event loop, until `total` is reached. */
async function countedBy(total: number, start: (count: () => void) => void): Promise<number[]> {
  const counts: number[] = [];
  let current = 0;
  start(() => current++);
  for (let sum = 0; sum < total; ) {
    await nextTurn();
    if (current > 0) counts.push(current);
    sum += current;
    current = 0;
  }
  return counts;
}

const doIt = (work: () => void) => work();

const spin = (ms: number) => {
  for (const end = performance.now() + ms; performance.now() < end; );
};

it('lets others on after each slice, in a loop and for a crowd that each do one piece', async () => {
  const turn = createTurns(0);
  const inLoop = await countedBy(20, async (count) => {
    for (let i = 0; i < 20; i++) {
      await turn();
      count();
    }
  });
  expect(inLoop).toEqual(Array(20).fill(1));
  const shared = createSharedTurns(0);
  const ofCrowd = await countedBy(20, (count) => {
    for (let i = 0; i < 20; i++) shared().then(count);
  });
  expect(ofCrowd).toEqual(Array(20).fill(1));
});

it('counts what a piece of work puts off, as responses do with their writes', async () => {
  const shared = createSharedTurns(5);
  const counts = await countedBy(20, (count) => {
    for (let i = 0; i < 20; i++)
      shared().then(() => {
        count();
        process.nextTick(spin, 2);
      });
  });
  expect(Math.max(...counts)).toBeLessThanOrEqual(5);
});

it('does work at once that has time in its turn, and the rest in the next ones, in its order', async () => {
  const queue = createTurnQueue(0, doIt);
  const done: number[] = [];
  const counts = await countedBy(20, (count) => {
    for (let i = 0; i < 20; i++) {
      queue(() => {
        count();
        done.push(i);
      });
    }
    expect(done).toEqual([0]);
  });
  expect(counts).toEqual(Array(20).fill(1));
  expect(done).toEqual(Array.from({ length: 20 }, (_, i) => i));

  const patient = createTurnQueue(60_000, doIt);
  let isDone = 0;
  for (let i = 0; i < 3; i++) patient(() => isDone++);
  expect(isDone).toBe(3);
});
