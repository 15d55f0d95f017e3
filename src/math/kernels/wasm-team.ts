/** Threads that share a job's large matrix products by rows, which changes no bit: how many there are is a matter of speed alone. */
import { Worker } from 'node:worker_threads';
import type { WasmMemory } from './wasm-memory.ts';
import type { WasmBuild } from './wasm-module.ts';
import type { HelperStart } from './wasm-thread.ts';

/** Words of a mailbox, as assembly/team.ts reads it. */
const mailboxWords = 32;
const word = { requested: 0, done: 1, sleeping: 2, kernel: 3, firstArgument: 4 } as const;
/** Done before a helper is there to do anything. */
const absent = -1;
/** Numbers of assembly/team.ts. */
export const teamKernel = { stop: 0, forward: 1, backwardInput: 2, transposed: 3 } as const;

/** Multiply-adds from which a product is shared: some 20 µs, against 1 µs for asking and waiting. */
const sharedWork = 2 ** 19;
/** Rows of a tile: parts are whole tiles. */
const tileRows = 6;
/**
 * So many products of a round are timed by one thread and as many by all, and what was faster is kept for the rest of the round: a
 * helper whose core is busy costs more than it gives.
 */
const timedProducts = 32;
const roundProducts = 2_048;

export interface TeamOptions {
  /** With the one that trains, at least 2. */
  readonly threads: number;
  /** Milliseconds, to find out whether sharing pays. */
  readonly nowMs: () => number;
}

export interface Team {
  /** How many there are beside the thread that trains. */
  readonly helpers: number;
  /** Starts a product of so many rows and multiply-adds. Returns the rows of each part: all of them where it is not shared. */
  begin(rows: number, work: number): number;
  /** Asks the next helper for a part, by the kernel's arguments. */
  ask(kernel: number, ...words: number[]): void;
  /** Waits for the parts that were asked for. */
  end(): void;
  /** Parts that helpers did so far. */
  partsDone(): number;
  /** Whether all helpers are there. */
  isComplete(): boolean;
  /** Lets the helpers go. */
  close(): void;
}

interface Helper {
  readonly mailbox: Int32Array;
  /** Number of the latest request. */
  request: number;
}

export function createTeam(build: WasmBuild, memory: WasmMemory, { threads, nowMs }: TeamOptions): Team {
  const helpers = Array.from({ length: threads - 1 }, () => startHelper(build, memory));
  const isThere = ({ mailbox }: Helper) => Atomics.load(mailbox, word.done) !== absent;
  let isEveryoneThere = false;
  let parts = 0;
  /** Products of this round so far, and what its timed ones came to. */
  let round = 0;
  const alone = { ms: 0, work: 0 };
  const together = { ms: 0, work: 0 };
  /** The product at hand. */
  let pace: typeof alone | null = null;
  let work = 0;
  let startMs = 0;
  let asked = 0;

  function beginRound(): void {
    round = 0;
    for (const timed of [alone, together]) Object.assign(timed, { ms: 0, work: 0 });
  }

  /** Whether this product of the round is shared; `pace` is the account that its time goes to, if any. */
  function plan(): boolean {
    if (round === roundProducts) beginRound();
    const at = round++;
    pace = at < timedProducts ? alone : at < 2 * timedProducts ? together : null;
    if (pace !== null) return pace === together;
    return together.ms * alone.work < alone.ms * together.work;
  }

  return {
    helpers: helpers.length,
    begin(rows, itsWork) {
      pace = null;
      asked = 0;
      isEveryoneThere ||= helpers.every(isThere);
      if (!isEveryoneThere || itsWork < sharedWork || rows < 2 * tileRows) return rows;
      const isShared = plan();
      if (pace !== null) {
        work = itsWork;
        startMs = nowMs();
      }
      return isShared ? Math.ceil(rows / (helpers.length + 1) / tileRows) * tileRows : rows;
    },
    ask(kernel, ...words) {
      const helper = helpers[asked++];
      for (let i = 0; i < words.length; i++) helper.mailbox[word.firstArgument + i] = words[i];
      request(helper, kernel);
    },
    end() {
      for (let i = 0; i < asked; i++) {
        const helper = helpers[i];
        while (Atomics.load(helper.mailbox, word.done) !== helper.request);
      }
      parts += asked;
      if (pace === null) return;
      pace.ms += nowMs() - startMs;
      pace.work += work;
    },
    partsDone: () => parts,
    isComplete: () => helpers.every(isThere),
    close() {
      for (const helper of helpers) request(helper, teamKernel.stop);
    },
  };
}

function startHelper(build: WasmBuild, memory: WasmMemory): Helper {
  const { buffer, byteOffset } = memory.floats(mailboxWords);
  const mailbox = new Int32Array(buffer, byteOffset, mailboxWords);
  mailbox[word.done] = absent;
  const start: HelperStart = { build, memory: memory.memory, mailbox: byteOffset };
  const thread = new Worker(new URL('./wasm-thread.ts', import.meta.url), { workerData: start });
  // A job's thread ends with its job, whatever its helpers do.
  thread.unref();
  return { mailbox, request: 0 };
}

function request(helper: Helper, kernel: number): void {
  const { mailbox } = helper;
  mailbox[word.kernel] = kernel;
  helper.request = (helper.request + 1) | 0;
  Atomics.store(mailbox, word.requested, helper.request);
  if (Atomics.load(mailbox, word.sleeping) === 1) Atomics.notify(mailbox, word.requested);
}
