/** The compiled kernels: one WebAssembly module in two builds, and which of them this machine should run. */
import { readFileSync } from 'node:fs';

/** The functions of assembly/index.ts; pointers and strides are those of the module's memory, flags are 0 and 1. */
export interface WasmExports {
  isFused(a: number, c: number): number;
  denseForward(...args: number[]): void;
  addBiasAndActivate(...args: number[]): void;
  sumRows(...args: number[]): void;
  /** Returns when the mailbox says stop. */
  serve(mailbox: number): void;
  denseBackwardInput(...args: number[]): void;
  denseBackwardWeights(...args: number[]): void;
  activationBackward(...args: number[]): void;
  binaryCrossEntropy(...args: number[]): number;
  softmaxCrossEntropy(...args: number[]): number;
  halfSquaredError(...args: number[]): number;
  gatherRows(...args: number[]): void;
  axpy(...args: number[]): void;
  addSigns(...args: number[]): void;
  scale(...args: number[]): void;
  multiplyElements(...args: number[]): void;
  drawFactors(...args: number[]): void;
  sumOfSquares(...args: number[]): number;
  sumOfMagnitudes(...args: number[]): number;
  sgdStep(...args: number[]): void;
  momentumStep(...args: number[]): void;
  rootSquareStep(...args: number[]): void;
  adamStep(...args: number[]): void;
}

/** `relaxed` uses relaxed SIMD's madd and nmadd, and nothing else of it; `plain` is SIMD as every engine has it. */
export type WasmBuild = 'relaxed' | 'plain';

/** Compiled once a thread; V8 shares the code between the threads of a process. */
const modules = new Map<WasmBuild, WebAssembly.Module>();

export function wasmModule(build: WasmBuild): WebAssembly.Module {
  let module = modules.get(build);
  if (module === undefined) {
    module = new WebAssembly.Module(readFileSync(new URL(`./kernels-${build}.wasm`, import.meta.url)));
    modules.set(build, module);
  }
  return module;
}

export function instantiate(build: WasmBuild, memory: WebAssembly.Memory): WasmExports {
  return new WebAssembly.Instance(wasmModule(build), { env: { memory } }).exports as unknown as WasmExports;
}

let best: WasmBuild | null = null;

/**
 * `relaxed` where its madd rounds once on this machine: the engine may also round it twice, as it does without FMA instructions, and
 * then the plain build is the one that gives the same bits everywhere. `plain` where the engine has no relaxed SIMD.
 */
export function bestWasmBuild(): WasmBuild {
  best ??= isFusedHere() ? 'relaxed' : 'plain';
  return best;
}

function isFusedHere(): boolean {
  try {
    const { isFused } = instantiate('relaxed', createWasmMemory());
    return isFused(1 + 2 ** -12, -(1 + 2 ** -11)) === 1;
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return false;
    throw error;
  }
}

/** Most pages of 64 KiB that 32-bit addresses reach; declared in the module too (scripts/build-kernels.ts). */
export const maximumPages = 65_536;

/** Shared, so that growing it leaves the views on it valid, and threads can work on it together. */
export function createWasmMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: maximumPages, shared: true });
}
