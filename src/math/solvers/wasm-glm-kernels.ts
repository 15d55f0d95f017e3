/** The GLM kernels in WebAssembly SIMD: the reference's operations in the reference's order, two at a time, and so its bits. */
import { readFileSync } from 'node:fs';
import { createMemory, maxWasmBytes, type WasmMemory } from '../kernels/wasm-memory.ts';
import type { LossName } from '../losses/index.ts';
import { type Dtype, type FloatArray, type Matrix, sharedMatrix } from '../matrix.ts';
import { type GlmKernels, paddedTo, type Stretch } from './glm-kernels.ts';

/** The functions of assembly/index.ts; pointers are those of the module's memory. */
interface GlmExports {
  load(...args: number[]): void;
  logits(...args: number[]): void;
  losses(...args: number[]): void;
  addGradient(...args: number[]): void;
  evaluate(...args: number[]): void;
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
  const inMemory = createStaging(memory);
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
    load: (stretch, { capacity, rows, width }) =>
      inMemory(stretch, capacity, (source, count) => wasm.load(...source, count, at(rows), width)),
    logits: ({ rows: x, width, outputs, logits }, rows, w) =>
      wasm.logits(at(x), rows, width, at(w), outputs, at(logits)),
    losses: ({ outputs, logits, residuals, totals }, { target, weights }, start, rows, loss) =>
      wasm.losses(
        lossNumbers[loss],
        rows,
        outputs,
        at(logits),
        at(target) + 8 * start,
        at(weights) + 8 * start,
        at(residuals),
        at(totals),
      ),
    addGradient: ({ rows: x, width, outputs, residuals }, rows, g) =>
      wasm.addGradient(at(x), rows, width, at(residuals), outputs, at(g)),
    evaluate(stretch, block, { target, weights }, w, loss, g) {
      const { capacity, rows, width, outputs, logits, residuals, totals } = block;
      const blockArrays = [at(rows), width, at(w), outputs, lossNumbers[loss], at(logits)] as const;
      inMemory(stretch, capacity, (source, count, start) => {
        const rowData = [at(target) + 8 * start, at(weights) + 8 * start] as const;
        // 0 is no address of an array: it stands for no gradient.
        const sums = [at(residuals), at(totals), g === null ? 0 : at(g)] as const;
        wasm.evaluate(...source, count, ...blockArrays, ...rowData, ...sums);
      });
    },
    scaleRows: ({ rows: x, width }, rows, d, out) => wasm.scaleRows(at(x), rows, width, at(d), at(out)),
    addOuter: ({ rows: x, width }, rows, scaled, h, offset, from, to) =>
      wasm.addOuter(at(x), at(scaled), rows, width, at(h) + 8 * offset, from, to),
    sumOfSquares: ({ rows: x, width }, rows) => wasm.sumOfSquares(at(x), rows, width),
  };
}

/** Numbers of assembly/losses.ts. */
const lossNumbers = {
  half_squared_error: 0,
  binary_cross_entropy: 1,
  softmax_cross_entropy: 2,
} as const satisfies Record<LossName, number>;

/** What of the arguments says where rows come from: whether f64, pointer, bytes a row, columns, means, intercept. */
type Source = readonly [number, number, number, number, number, number];
type UseRows = (source: Source, count: number, start: number) => void;

/** Gives the rows of a stretch as they lie in the memory; of a matrix outside it, copies of as many as a block has. */
function createStaging(memory: WasmMemory) {
  const rooms: Partial<Record<Dtype, FloatArray>> = {};

  function roomFor({ data, stride }: Matrix, rows: number): FloatArray {
    const dtype = data instanceof Float64Array ? 'f64' : 'f32';
    const length = rows * stride;
    const room = rooms[dtype];
    if (room !== undefined && room.length >= length) return room;
    const made = dtype === 'f64' ? memory.doubles(length) : memory.floats(length);
    rooms[dtype] = made;
    return made;
  }

  return ({ x, start, count, means, hasIntercept }: Stretch, capacity: number, use: UseRows): void => {
    const { data, columns, stride } = x;
    const bytes = data.BYTES_PER_ELEMENT;
    const rowBytes = stride * bytes;
    const sourceAt = (pointer: number): Source => {
      return [Number(bytes === 8), pointer, rowBytes, columns, at(means), Number(hasIntercept)];
    };
    if (memory.holds(data)) {
      use(sourceAt(at(data) + start * rowBytes), count, start);
      return;
    }
    const room = roomFor(x, capacity);
    for (let from = start; from < start + count; from += capacity) {
      const some = Math.min(capacity, start + count - from);
      room.set(data.subarray(from * stride, (from + some) * stride));
      use(sourceAt(at(room)), some, from);
    }
  };
}
