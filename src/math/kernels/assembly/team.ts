/**
 * A thread that helps with matrix products: it waits for work in shared memory, and does its part of the rows. Since an element of a
 * product is one chain of multiply-adds whoever makes it, any number of helpers gives the same bits.
 *
 * A helper's mailbox is four words (the number of the latest request, of the latest one done, whether it sleeps, the kernel's number)
 * and the kernel's arguments; see src/math/kernels/wasm-team.ts.
 */
import { denseForward } from './dense';
import { multiplyByTransposed, multiplyTransposed } from './products';

const requested: usize = 0;
const done: usize = 4;
const sleeping: usize = 8;
const kernel: usize = 12;
const firstArgument: usize = 16;

const stop: i32 = 0;
const forward: i32 = 1;
const backwardInput: i32 = 2;

/** Looks before it sleeps, some hundred µs: longer than most that lies between two products of a step. Waking it costs 75 µs. */
const spins: i32 = 100_000;

@inline
function argument(mailbox: usize, index: usize): i32 {
  return load<i32>(mailbox + firstArgument + 4 * index);
}

/** Serves until it is told to stop. Request 0 is no request. */
export function serve(mailbox: usize): void {
  let last = 0;
  while (true) {
    last = nextRequest(mailbox, last);
    const name = load<i32>(mailbox + kernel);
    if (name == stop) return;
    run(name, mailbox);
    atomic.store<i32>(mailbox + done, last);
  }
}

function nextRequest(mailbox: usize, last: i32): i32 {
  while (true) {
    for (let i = 0; i < spins; i++) {
      const latest = atomic.load<i32>(mailbox + requested);
      if (latest != last) return latest;
    }
    atomic.store<i32>(mailbox + sleeping, 1);
    // Returns at once where a request came in meanwhile.
    atomic.wait<i32>(mailbox + requested, last, -1);
    atomic.store<i32>(mailbox + sleeping, 0);
  }
}

function run(name: i32, mailbox: usize): void {
  const n = argument(mailbox, 0);
  const k = argument(mailbox, 1);
  const m = argument(mailbox, 2);
  const a = argument(mailbox, 3);
  const aStride = argument(mailbox, 4);
  const b = argument(mailbox, 5);
  const bStride = argument(mailbox, 6);
  const c = argument(mailbox, 7);
  const d = argument(mailbox, 8);
  const e = argument(mailbox, 9);
  if (name == forward) denseForward(argument(mailbox, 11), n, k, m, a, aStride, b, bStride, c, d, e, argument(mailbox, 10));
  else if (name == backwardInput) multiplyByTransposed(n, k, m, a, aStride, b, bStride, c, d, e);
  else multiplyTransposed(n, k, m, a, aStride, b, bStride, c, d);
}
