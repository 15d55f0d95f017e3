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

/** @returns a function to await in a loop: once `sliceMs` have passed it lets everything that waits run first */
export function createTurns(sliceMs: number): () => Promise<void> {
  let sliceEnd = performance.now() + sliceMs;
  return async () => {
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
