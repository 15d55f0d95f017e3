/** Gives out the memory of a WebAssembly instance; nothing is given back, since each job has a memory of its own. */
import { createWasmMemory, maximumPages } from './wasm-module.ts';

const pageBytes = 65_536;
/** Of a cache line, so that no block shares one with another. */
const alignment = 64;

/** Bytes that one instance can address. */
export const maxWasmBytes = maximumPages * pageBytes;
/** The model's half of them. The rest is for data, which may lie outside. */
export const maxModelBytes = maxWasmBytes / 2;

export interface WasmMemory {
  readonly memory: WebAssembly.Memory;
  /** Zeroed, its length rounded up to whole cache lines. @throws RangeError when the memory cannot grow so far */
  floats(length: number): Float32Array;
  doubles(length: number): Float64Array;
  indices(length: number): Uint32Array;
  /** Whether so many floats of data leave the model its half. */
  hasRoomForData(length: number): boolean;
  /** Whether the array lies in this memory. */
  holds(array: ArrayBufferView): boolean;
}

export function createMemory(): WasmMemory {
  const memory = createWasmMemory();
  // Nothing lies at 0: a null pointer stands for what is left out.
  let end = alignment;
  /** Growing makes a new buffer object over the same memory; views on the old ones stay valid. */
  const buffers = new WeakSet<ArrayBufferLike>([memory.buffer]);

  function reserve(bytes: number): number {
    const start = end;
    end = start + Math.ceil(bytes / alignment) * alignment;
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) {
      memory.grow(Math.ceil(missing / pageBytes));
      buffers.add(memory.buffer);
    }
    return start;
  }

  return {
    memory,
    floats(length) {
      const start = reserve(length * 4);
      return new Float32Array(memory.buffer, start, length);
    },
    doubles(length) {
      const start = reserve(length * 8);
      return new Float64Array(memory.buffer, start, length);
    },
    indices(length) {
      const start = reserve(length * 4);
      return new Uint32Array(memory.buffer, start, length);
    },
    hasRoomForData: (length) => end + length * 4 <= maxModelBytes,
    holds: ({ buffer }) => buffers.has(buffer),
  };
}
