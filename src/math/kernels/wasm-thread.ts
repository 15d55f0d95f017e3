/** A helper's thread: serves the matrix products of a job that another thread trains. */
import { workerData } from 'node:worker_threads';
import { instantiate, type WasmBuild } from './wasm-module.ts';

/** What a helper is started with. */
export interface HelperStart {
  readonly build: WasmBuild;
  readonly memory: WebAssembly.Memory;
  /** Address of its mailbox. */
  readonly mailbox: number;
}

const { build, memory, mailbox } = workerData as HelperStart;
const { serve } = instantiate(build, memory);
// Request 0, none yet, as done: from now on it may be asked.
Atomics.store(new Int32Array(memory.buffer, mailbox, 2), 1, 0);
serve(mailbox);
