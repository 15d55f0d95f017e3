/** Shares the event loop: long work asks now and then whether it is somebody else's turn. */
import { setImmediate } from 'node:timers/promises';

/** @returns a function to await in a loop: once `sliceMs` have passed it lets everything that waits run first */
export function createTurns(sliceMs: number): () => Promise<void> {
  let sliceEnd = performance.now() + sliceMs;
  return async () => {
    if (performance.now() < sliceEnd) return;
    await setImmediate();
    sliceEnd = performance.now() + sliceMs;
  };
}
