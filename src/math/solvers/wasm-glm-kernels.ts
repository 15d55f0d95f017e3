/** The GLM kernels in WebAssembly SIMD: the reference's operations in the reference's order, two at a time, and so its bits. */
import { readFileSync } from 'node:fs';
import { createMemory, maxWasmBytes } from '../kernels/wasm-memory.ts';
import type { LossName } from '../losses/index.ts';
import { type Dtype, type FloatArray, type Matrix, sharedMatrix } from '../matrix.ts';
import { type GlmKernels, paddedTo, type RowBlock } from './glm-kernels.ts';

/** The functions of assembly/index.ts; pointers are those of the module's memory. */
interface GlmExports {
  loadF32(...args: number[]): void;
  loadF64(...args: number[]): void;
  logits(...args: number[]): void;
  squaredError(...args: number[]): void;
  binaryCrossEntropy(...args: number[]): void;
  softmaxCrossEntropy(...args: number[]): void;
  addGradient(...args: number[]): void;
  scaleRows(...args: number[]): void;
  addOuter(...args: number[]): void;
  sumOfSquares(...args: number[]): number;
}

/** Bytes of the memory that are kept for what is not a matrix. */
const workBytes = 2 ** 29;

/** Compiled once a thread. */
let compiled: WebAssembly.Module | null = null;

function instantiate(memory: WebAssembly.Memory): GlmExports {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./glm.wasm', import.meta.url)));
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as GlmExports;
}

const at = ({ byteOffset }: FloatArray): number => byteOffset;

/** Kernels over a memory of their own, which holds the matrices too and is free when they are. */
export function createWasmGlmKernels(): GlmKernels {
  const memory = createMemory();
  const wasm = instantiate(memory.memory);
  const load = createLoad(wasm, memory);
  let matrixBytes = 0;
  return {
    allocate: memory.doubles,
    matrix(rows, columns, dtype) {
      const stride = paddedTo(columns);
      matrixBytes += rows * stride * (dtype === 'f64' ? 8 : 4);
      // Past what 32-bit addresses reach, a matrix lies outside, and its rows are copied in as they are read.
      if (matrixBytes > maxWasmBytes - workBytes) return sharedMatrix(rows, columns, stride, dtype);
      const data = dtype === 'f64' ? memory.doubles(rows * stride) : memory.floats(rows * stride);
      return { data, rows, columns, stride };
    },
    load,
    logits: ({ rows: x, width, outputs, logits }, rows, w) =>
      wasm.logits(at(x), rows, width, at(w), outputs, at(logits)),
    losses: (block, rows, loss) => addLosses(wasm, block, rows, loss),
    addGradient: ({ rows: x, width, outputs, residuals }, rows, g) =>
      wasm.addGradient(at(x), rows, width, at(residuals), outputs, at(g)),
    scaleRows: ({ rows: x, width }, rows, d, out) => wasm.scaleRows(at(x), rows, width, at(d), at(out)),
    addOuter: ({ rows: x, width }, rows, scaled, h, offset, from, to) =>
      wasm.addOuter(at(x), at(scaled), rows, width, at(h) + 8 * offset, from, to),
    sumOfSquares: ({ rows: x, width }, rows) => wasm.sumOfSquares(at(x), rows, width),
  };
}

function addLosses(wasm: GlmExports, block: RowBlock, rows: number, loss: LossName): void {
  const { outputs, logits, target, weights, residuals, totals } = block;
  const arrays = [at(logits), at(target), at(weights), at(residuals), at(totals)] as const;
  if (loss === 'half_squared_error') wasm.squaredError(rows, ...arrays);
  else if (loss === 'binary_cross_entropy') wasm.binaryCrossEntropy(rows, ...arrays);
  else wasm.softmaxCrossEntropy(rows, outputs, ...arrays);
}

/** Loads from the memory itself, or by way of a copy of the block's rows. */
function createLoad(wasm: GlmExports, memory: ReturnType<typeof createMemory>): GlmKernels['load'] {
  const staging: Partial<Record<Dtype, FloatArray>> = {};

  /** Where the rows lie in the memory. */
  function pointerTo({ data, stride }: Matrix, start: number, count: number, capacity: number): number {
    if (memory.holds(data)) return at(data) + start * stride * data.BYTES_PER_ELEMENT;
    const dtype = data instanceof Float64Array ? 'f64' : 'f32';
    const length = capacity * stride;
    let room = staging[dtype];
    if (room === undefined || room.length < length) {
      room = dtype === 'f64' ? memory.doubles(length) : memory.floats(length);
      staging[dtype] = room;
    }
    room.set(data.subarray(start * stride, (start + count) * stride));
    return at(room);
  }

  return (x, start, count, means, hasIntercept, { capacity, rows, width }) => {
    const { data, columns, stride } = x;
    const loadRows = data instanceof Float64Array ? wasm.loadF64 : wasm.loadF32;
    const from = pointerTo(x, start, count, capacity);
    const rowBytes = stride * data.BYTES_PER_ELEMENT;
    loadRows(from, rowBytes, count, columns, at(means), Number(hasIntercept), at(rows), width);
  };
}
