/** Shares the event loop: long work asks now and then whether it is somebody else's turn. */
import { setImmediate as nextTurn } from 'node:timers/promises';

let atEnd: (() => void)[] = [];

/** Runs `work` when everything that has arrived in this turn of the event loop has been seen. */
export function atEndOfTurn(work: () => void): void {
  if (atEnd.length === 0) setImmediate(endTurn);
  atEnd.push(work);
}

function endTurn(): void {
  const works = atEnd;
  atEnd = [];
  for (const work of works) work();
}

/** Until work that was just done has also done what it put off, as a response does with its writes: that counts too. */
const settled = () => new Promise<void>((resolve) => process.nextTick(resolve));

/** @returns a function to await in a loop: once `sliceMs` have passed it lets everything that waits run first */
export function createTurns(sliceMs: number): () => Promise<void> {
  let sliceEnd = performance.now() + sliceMs;
  return async () => {
    await settled();
    if (performance.now() < sliceEnd) return;
    await nextTurn();
    sliceEnd = performance.now() + sliceMs;
  };
}

/**
 * The same for work of many clients: where each took turns of its own, a thousand would all be let on in one.
 *
 * @returns a function that each awaits before a piece of its work, which it then does without another await
 */
export function createSharedTurns(sliceMs: number): () => Promise<void> {
  const turn = createTurns(sliceMs);
  let queue: Promise<void> = Promise.resolve();
  return () => {
    queue = queue.then(turn);
    return queue;
  };
}

/**
 * For work that comes in calls: a thousand may come in one turn of the event loop.
 *
 * @returns a function that does `work` with an item: at once, or in its order after `sliceMs` of other such work
 */
export function createTurnQueue<T>(sliceMs: number, work: (item: T) => void): (item: T) => void {
  const queue: T[] = [];
  /** Of this turn; null until it has had any such work. */
  let sliceEnd: number | null = null;

  async function workInSlices(): Promise<void> {
    while (queue.length > 0) {
      await nextTurn();
      sliceEnd = performance.now() + sliceMs;
      do {
        work(queue.shift()!);
        await settled();
      } while (queue.length > 0 && performance.now() < sliceEnd);
    }
    sliceEnd = null;
  }

  const endSlice = () => {
    if (queue.length > 0) workInSlices();
    else sliceEnd = null;
  };

  return (item) => {
    if (sliceEnd === null) {
      sliceEnd = performance.now() + sliceMs;
      atEndOfTurn(endSlice);
      work(item);
    } else if (queue.length === 0 && performance.now() < sliceEnd) {
      work(item);
    } else {
      queue.push(item);
    }
  };
}
