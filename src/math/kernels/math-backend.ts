/** The one place that chooses which kernels compute: what MATH_BACKEND says, and what this machine can. */
import type { Dtype } from '../matrix.ts';
import type { GlmKernels } from '../solvers/glm-kernels.ts';
import { createReferenceGlmKernels } from '../solvers/reference-glm-kernels.ts';
import { createWasmGlmKernels } from '../solvers/wasm-glm-kernels.ts';
import type { Kernels } from './kernels.ts';
import { createReferenceKernels } from './reference.ts';
import { createWasmKernels } from './wasm.ts';
import { bestWasmBuild } from './wasm-module.ts';

export const mathBackends = ['auto', 'wasm', 'reference'] as const;
export type MathBackend = (typeof mathBackends)[number];

/** Kernels of a dtype in memory of their own: one set for each job, and for each model that is served. */
export type CreateKernels = (dtype: Dtype) => Kernels;

/**
 * WebAssembly for networks (f32), the reference where it is asked for. The reference computes all that is f64.
 *
 * A model trained on any of them can be served by any other: what is stored are numbers, not an engine's memory.
 */
export function kernelsOf(backend: MathBackend): CreateKernels {
  return (dtype) =>
    dtype === 'f64' || backend === 'reference'
      ? createReferenceKernels(dtype)
      : createWasmKernels(bestWasmBuild());
}

/** Those of a regression's solver. The two give the same bits, so the engine's word is the reference's either way. */
export function glmKernelsOf(backend: MathBackend): GlmKernels {
  return backend === 'reference' ? createReferenceGlmKernels() : createWasmGlmKernels();
}
