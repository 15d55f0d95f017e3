/** The kernels in WebAssembly SIMD, f32: what networks are trained and served with. */
import { type ActivationName, activations } from '../activations/index.ts';
import { type LossName, losses } from '../losses/index.ts';
import { type FloatArray, type Matrix, requireShape, ShapeError } from '../matrix.ts';
import { copyRows, copyValues } from './gather.ts';
import { type Kernels, largestProductWork, type Score } from './kernels.ts';
import { matrixView } from './matrix-view.ts';
import {
  checkBackwardInput,
  checkBackwardWeights,
  checkDenseForward,
  checkElements,
  checkGather,
  checkLoss,
} from './shape-checks.ts';
import { createMemory, type WasmMemory } from './wasm-memory.ts';
import { instantiate, type WasmBuild, type WasmExports } from './wasm-module.ts';
import { blockFloats, shareProducts } from './wasm-shared.ts';
import { createTeam, type TeamOptions } from './wasm-team.ts';
import { wasmUpdates } from './wasm-updates.ts';

/** A build's bits are those of every machine that runs it: the number counts the revisions of the kernels that change them. */
const engines = { relaxed: 'wasm-fma/1', plain: 'wasm/1' } as const satisfies Record<WasmBuild, string>;

/** Numbers of assembly/activations.ts. */
export const activationNumbers = {
  identity: 0,
  relu: 1,
  leaky_relu: 2,
  elu: 3,
  sigmoid: 4,
  tanh: 5,
  softplus: 6,
  silu: 7,
  gelu: 8,
} as const satisfies Record<ActivationName, number>;

/**
 * Kernels over a memory of their own, which is free when they are. All arithmetic is f32 but the sums of `loss`, `sumOfSquares` and
 * `sumOfMagnitudes`; an element of a matrix product is one chain of multiply-adds in the order of the inner dimension, so that it
 * depends neither on its row's place in a batch nor on how the product was cut.
 */
export function createWasmKernels(build: WasmBuild, team?: TeamOptions): Kernels {
  const memory = createMemory();
  const wasm = instantiate(build, memory.memory);
  if (team === undefined || team.threads < 2) return wasmKernels(build, memory, wasm);
  const threads = createTeam(build, memory, team);
  return { ...wasmKernels(build, memory, shareProducts(wasm, threads, memory)), close: threads.close };
}

/** The kernels over a memory and an instance that others use too. */
export function wasmKernels(build: WasmBuild, memory: WasmMemory, wasm: WasmExports): Kernels {
  const scratch = memory.floats(blockFloats).byteOffset;
  const words = memory.indices(4);
  return {
    engine: engines[build],
    dtype: 'f32',
    // 9 ms at 30 billion a second.
    maxProductWork: largestProductWork,
    allocate: memory.floats,
    allocateRows(rows, columns) {
      const length = rows * strideOf(columns);
      if (!memory.hasRoomForData(length)) return null;
      return matrixView(memory.floats(length), rows, columns, strideOf(columns));
    },
    allocateIndices: memory.indices,
    strideOf,
    matrix: (rows, columns, data = memory.floats(rows * strideOf(columns))) =>
      matrixView(data, rows, columns, strideOf(columns)),
    gatherRows(source, indices, start, count, out) {
      checkGather(source, count, out);
      if (source.stride === out.stride && memory.holds(source.data) && memory.holds(indices)) {
        const from = indices.byteOffset + 4 * start;
        const rowBytes = 4 * out.stride;
        wasm.gatherRows(
          source.data.byteOffset,
          rowBytes,
          from,
          count,
          out.data.byteOffset,
          rowBytes,
          out.stride / 4,
        );
      } else copyRows(source, indices, start, count, out);
    },
    gatherValues: copyValues,
    drawFactors(random, rate, { data, rows, columns, stride }) {
      words.set(random.words);
      const [threshold, kept] = [rate * 2 ** 32, 1 / (1 - rate)];
      wasm.drawFactors(words.byteOffset, threshold, kept, data.byteOffset, rows, columns, stride);
      random.words.set(words);
    },
    ...denseKernels(wasm, scratch),
    loss: lossKernel(wasm, memory.floats),
    ...wasmUpdates(wasm),
    close: () => {},
  };
}

/**
 * Rows of whole vectors. Not a multiple of 4,096 bytes: the rows' same columns would then all compete for the same lines of the L1
 * cache (xᵀ·dz of 1024 × 1024 × 1024 ran at two thirds of its speed).
 */
function strideOf(columns: number): number {
  const stride = Math.ceil(columns / 4) * 4;
  return stride > 0 && stride % 1024 === 0 ? stride + 4 : stride;
}

/** Null for a matrix that is left out. */
const pointer = (matrix: Matrix | null): number => (matrix === null ? 0 : matrix.data.byteOffset);

function denseKernels(wasm: WasmExports, scratch: number) {
  return {
    denseForward(
      x: Matrix,
      w: Matrix,
      b: FloatArray,
      activation: ActivationName,
      a: Matrix,
      z: Matrix | null,
    ): void {
      checkDenseForward(x, w, b, a, z);
      wasm.denseForward(
        activationNumbers[activation],
        x.rows,
        x.columns,
        w.columns,
        x.data.byteOffset,
        x.stride,
        w.data.byteOffset,
        w.stride,
        b.byteOffset,
        a.data.byteOffset,
        a.stride,
        pointer(z),
      );
    },
    activationBackward(activation: ActivationName, a: Matrix, z: Matrix | null, da: Matrix): void {
      const at = activations[activation].derivativeFrom === 'output' ? a : z;
      if (at === null) throw new ShapeError(`activationBackward: ${activation} needs z`);
      requireShape('activationBackward, da', da, at.rows, at.columns);
      const vectors = (da.rows * da.stride) / 4;
      wasm.activationBackward(activationNumbers[activation], at.data.byteOffset, da.data.byteOffset, vectors);
    },
    denseBackwardInput(dz: Matrix, w: Matrix, dx: Matrix): void {
      checkBackwardInput(dz, w, dx);
      wasm.denseBackwardInput(
        dz.rows,
        dx.columns,
        dz.columns,
        dz.data.byteOffset,
        dz.stride,
        w.data.byteOffset,
        w.stride,
        dx.data.byteOffset,
        dx.stride,
        scratch,
      );
    },
    denseBackwardWeights(x: Matrix, dz: Matrix, dw: Matrix, db: FloatArray): void {
      checkBackwardWeights(x, dz, dw, db);
      wasm.denseBackwardWeights(
        x.rows,
        x.columns,
        dz.columns,
        x.data.byteOffset,
        x.stride,
        dz.data.byteOffset,
        dz.stride,
        dw.data.byteOffset,
        dw.stride,
        db.byteOffset,
      );
    },
    multiplyElements(x: Matrix, y: Matrix, out: Matrix): void {
      checkElements(x, y, out);
      const vectors = (x.rows * x.stride) / 4;
      wasm.multiplyElements(x.data.byteOffset, y.data.byteOffset, out.data.byteOffset, vectors);
    },
  };
}

function lossKernel(wasm: WasmExports, allocate: (length: number) => Float32Array): Kernels['loss'] {
  const correctFloats = allocate(1);
  const correct = new Int32Array(correctFloats.buffer, correctFloats.byteOffset, 1);
  /** Four floats, then one row of as many logits as the widest yet. */
  let scratch = allocate(4);
  return (name: LossName, logits, target, c, dz, score?: Score) => {
    checkLoss(name, losses[name].isScalar, logits, target, c, dz);
    const { rows, columns, stride, data } = logits;
    const weights = c === null ? 0 : c.byteOffset;
    const scale = 1 / rows;
    const at = correct.byteOffset;
    let sum: number;
    if (name === 'softmax_cross_entropy') {
      if (scratch.length < 4 + stride) scratch = allocate(4 + stride);
      sum = wasm.softmaxCrossEntropy(
        rows,
        columns,
        data.byteOffset,
        stride,
        target.byteOffset,
        weights,
        pointer(dz),
        scale,
        at,
        scratch.byteOffset,
      );
    } else {
      const kernel = name === 'binary_cross_entropy' ? wasm.binaryCrossEntropy : wasm.halfSquaredError;
      sum = kernel(rows, data.byteOffset, stride, target.byteOffset, weights, pointer(dz), scale, at);
    }
    if (score) score.correct += correct[0];
    return sum;
  };
}
