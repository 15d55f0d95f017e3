/** The WebAssembly kernels with the three matrix products of OpenBLAS, on the same memory: for training alone. */
import type { Kernels } from './kernels.ts';
import { asIs, type Openblas, rowMajor, transposed } from './openblas-library.ts';
import { checkBackwardInput, checkBackwardWeights, checkDenseForward } from './shape-checks.ts';
import { activationNumbers, wasmKernels } from './wasm.ts';
import { createMemory } from './wasm-memory.ts';
import { instantiate } from './wasm-module.ts';

/**
 * Same bits for the same library on the same kind of processor, which the engine's name says. A row's result may depend on the rows
 * beside it, so that these kernels serve no predictions.
 */
export function createOpenblasKernels({ name, sgemm, addressOf }: Openblas): Kernels {
  const memory = createMemory();
  const wasm = instantiate('relaxed', memory.memory);
  const plain = wasmKernels('relaxed', memory, wasm);
  const base = addressOf(memory.memory.buffer);
  return {
    ...plain,
    engine: `${name}/1`,
    denseForward(x, w, b, activation, a, z) {
      checkDenseForward(x, w, b, a, z);
      const [n, k, m] = [x.rows, x.columns, w.columns];
      // BLAS refuses rows of no length.
      if (n * k * m === 0) return plain.denseForward(x, w, b, activation, a, z);
      const out = z ?? a;
      const [atX, atW, atOut] = [x.data.byteOffset, w.data.byteOffset, out.data.byteOffset];
      sgemm(
        rowMajor,
        asIs,
        asIs,
        n,
        m,
        k,
        1,
        base + atX,
        x.stride,
        base + atW,
        w.stride,
        0,
        base + atOut,
        out.stride,
      );
      const f = activationNumbers[activation];
      wasm.addBiasAndActivate(f, n, m, b.byteOffset, atOut, out.stride, a.data.byteOffset);
    },
    denseBackwardInput(dz, w, dx) {
      checkBackwardInput(dz, w, dx);
      const [n, k, m] = [dz.rows, dx.columns, dz.columns];
      if (n * k * m === 0) return plain.denseBackwardInput(dz, w, dx);
      const [a, b, c] = [dz.data.byteOffset, w.data.byteOffset, dx.data.byteOffset];
      sgemm(
        rowMajor,
        asIs,
        transposed,
        n,
        k,
        m,
        1,
        base + a,
        dz.stride,
        base + b,
        w.stride,
        0,
        base + c,
        dx.stride,
      );
    },
    denseBackwardWeights(x, dz, dw, db) {
      checkBackwardWeights(x, dz, dw, db);
      const [n, k, m] = [x.rows, x.columns, dz.columns];
      if (n * k * m === 0) return plain.denseBackwardWeights(x, dz, dw, db);
      const [a, b, c] = [x.data.byteOffset, dz.data.byteOffset, dw.data.byteOffset];
      sgemm(
        rowMajor,
        transposed,
        asIs,
        k,
        m,
        n,
        1,
        base + a,
        x.stride,
        base + b,
        dz.stride,
        0,
        base + c,
        dw.stride,
      );
      wasm.sumRows(n, m, b, dz.stride, db.byteOffset);
    },
  };
}
