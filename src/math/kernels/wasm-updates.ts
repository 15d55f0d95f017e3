/** The WebAssembly kernels over whole blocks: sums, and the optimizers' steps. */
import { type FloatArray, requireLength } from '../matrix.ts';
import type { Kernels } from './kernels.ts';
import type { WasmExports } from './wasm-module.ts';

/** A block's last vector is its own, padding included. */
const vectorsOf = (block: FloatArray): number => (block.length + 3) >> 2;

type BlockKernels = Pick<
  Kernels,
  | 'axpy'
  | 'addSigns'
  | 'scale'
  | 'sumOfSquares'
  | 'sumOfMagnitudes'
  | 'sgdStep'
  | 'momentumStep'
  | 'rootSquareStep'
  | 'adamStep'
>;

/** Scalars are rounded to f32 as they are passed; what they are made of is computed in f64. */
export function wasmUpdates(wasm: WasmExports): BlockKernels {
  return {
    axpy(alpha, x, y) {
      requireLength('axpy, y', y, x.length);
      wasm.axpy(alpha, x.byteOffset, y.byteOffset, vectorsOf(x));
    },
    addSigns(alpha, x, y) {
      requireLength('addSigns, y', y, x.length);
      wasm.addSigns(alpha, x.byteOffset, y.byteOffset, vectorsOf(x));
    },
    scale: (alpha, x) => wasm.scale(alpha, x.byteOffset, vectorsOf(x)),
    sumOfSquares: (x) => wasm.sumOfSquares(x.byteOffset, vectorsOf(x)),
    sumOfMagnitudes: (x) => wasm.sumOfMagnitudes(x.byteOffset, vectorsOf(x)),

    sgdStep: (p, g, learningRate) => wasm.sgdStep(p.byteOffset, g.byteOffset, vectorsOf(p), learningRate),
    momentumStep(p, g, v, learningRate, momentum, isNesterov) {
      const flag = isNesterov ? 1 : 0;
      const vectors = vectorsOf(p);
      wasm.momentumStep(p.byteOffset, g.byteOffset, v.byteOffset, vectors, learningRate, momentum, flag);
    },
    rootSquareStep(p, g, s, { learningRate, keep, add, epsilon }) {
      const vectors = vectorsOf(p);
      wasm.rootSquareStep(
        p.byteOffset,
        g.byteOffset,
        s.byteOffset,
        vectors,
        learningRate,
        keep,
        add,
        epsilon,
      );
    },
    adamStep(p, g, m, v, scalars) {
      const { learningRate, beta1, beta2, epsilon, correction1, correction2, shrink } = scalars;
      wasm.adamStep(
        p.byteOffset,
        g.byteOffset,
        m.byteOffset,
        v.byteOffset,
        vectorsOf(p),
        learningRate / correction1,
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        1 / Math.sqrt(correction2),
        epsilon,
        shrink,
      );
    },
  };
}
