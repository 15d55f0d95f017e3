/** The one place that chooses which kernels compute: what MATH_BACKEND says, and what this machine can. */
import type { Dtype } from '../matrix.ts';
import type { GlmKernels } from '../solvers/glm-kernels.ts';
import { createReferenceGlmKernels } from '../solvers/reference-glm-kernels.ts';
import { createWasmGlmKernels } from '../solvers/wasm-glm-kernels.ts';
import type { Kernels } from './kernels.ts';
import { createOpenblasKernels } from './openblas.ts';
import { OpenblasUnavailable, openOpenblas } from './openblas-library.ts';
import { createReferenceKernels } from './reference.ts';
import { createWasmKernels } from './wasm.ts';
import { bestWasmBuild } from './wasm-module.ts';
import type { TeamOptions } from './wasm-team.ts';

export const mathBackends = ['auto', 'wasm', 'openblas', 'reference'] as const;
export type MathBackend = (typeof mathBackends)[number];

/**
 * From so many multiply-adds of a step's forward pass on, `auto` takes OpenBLAS: below, the calls cost what its products save. A
 * 20-16-3 network at batch 32 has 12 thousand, and is as fast on either; 32-64-64-1 has 198 thousand, and is 1.7 times as fast.
 */
const openblasStepWork = 2 ** 16;

/** Steps of less work have no product that is worth sharing: their helpers would only wait. */
const sharedStepWork = 2 ** 20;

/**
 * Kernels of a dtype in memory of their own: one set for each job, and for each model that is served.
 *
 * @param stepWork multiply-adds of a training step's forward pass; without it the kernels are for predictions, where a row's result
 *   must not depend on the rows beside it
 */
export type CreateKernels = (dtype: Dtype, stepWork?: number) => Kernels;

/**
 * WebAssembly for networks (f32), with the products of OpenBLAS in training where it is asked for, or is faster; the reference where
 * that is asked for, and for all that is f64.
 *
 * @param team threads that share the products of WebAssembly in training; OpenBLAS has one
 *
 * A model trained on any of them can be served by any other: what is stored are numbers, not an engine's memory.
 */
export function kernelsOf(backend: MathBackend, team?: TeamOptions): CreateKernels {
  return (dtype, stepWork) => {
    if (dtype === 'f64' || backend === 'reference') return createReferenceKernels(dtype);
    const isWanted = stepWork !== undefined && wantsOpenblas(backend, stepWork);
    if (isWanted && openblasProblem(backend) === null) return createOpenblasKernels(openOpenblas());
    const isShared = stepWork !== undefined && stepWork >= sharedStepWork;
    return createWasmKernels(bestWasmBuild(), isShared ? team : undefined);
  };
}

function wantsOpenblas(backend: MathBackend, stepWork: number): boolean {
  return backend === 'openblas' || (backend === 'auto' && stepWork >= openblasStepWork);
}

/** Why this machine trains no network on OpenBLAS though the backend would have it; null where it does, or should not. */
export function openblasProblem(backend: MathBackend): string | null {
  if (backend === 'wasm' || backend === 'reference') return null;
  if (bestWasmBuild() === 'plain')
    return 'the engine has no fused multiply-add, which the other kernels need beside it';
  try {
    openOpenblas();
    return null;
  } catch (error) {
    if (error instanceof OpenblasUnavailable) return error.message;
    throw error;
  }
}

/** Those of a regression's solver. The two give the same bits, so the engine's word is the reference's either way. */
export function glmKernelsOf(backend: MathBackend): GlmKernels {
  return backend === 'reference' ? createReferenceGlmKernels() : createWasmGlmKernels();
}
