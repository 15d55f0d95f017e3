/** Runs the kernels' contract on every implementation, and shows that the fast ones ran. */
import { afterAll, describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../src/math/kernels/reference.ts';
import { createWasmKernels } from '../../src/math/kernels/wasm.ts';
import { bestWasmBuild, type WasmBuild } from '../../src/math/kernels/wasm-module.ts';
import { kernelsContract } from './kernels-contract.ts';
import { kernelsDifferential } from './kernels-differential.ts';

/** Calls of each function of WebAssembly, by its name. */
const calls = new Map<string, number>();
const RealInstance = WebAssembly.Instance;
WebAssembly.Instance = function counted(...args: ConstructorParameters<typeof RealInstance>) {
  const { exports } = new RealInstance(...args) as { exports: Record<string, (...args: number[]) => number> };
  const count = ([name, call]: [string, (...args: number[]) => number]) => {
    calls.set(name, calls.get(name) ?? 0);
    const counting = (...numbers: number[]) => {
      calls.set(name, calls.get(name)! + 1);
      return call(...numbers);
    };
    return [name, counting] as const;
  };
  return { exports: Object.fromEntries(Object.entries(exports).map(count)) };
} as unknown as typeof RealInstance;
afterAll(() => {
  WebAssembly.Instance = RealInstance;
});

kernelsContract('reference kernels, f32', () => createReferenceKernels('f32'));
kernelsContract('reference kernels, f64', () => createReferenceKernels('f64'));
describe.each<WasmBuild>(['relaxed', 'plain'])('WebAssembly, %s build', (build) => {
  const create = () => createWasmKernels(build);
  calls.clear();
  kernelsContract('the kernels', create);
  kernelsDifferential('the kernels', create);

  it('ran each function of the module in these tests', () => {
    const idle = [...calls].filter(([, count]) => count === 0).map(([name]) => name);
    expect(idle).toEqual(['isFused']);
    expect(calls.size).toBeGreaterThan(15);
  });
});

it('the build of this machine is the relaxed one exactly where its multiply-add rounds once', () => {
  const fused = bestWasmBuild() === 'relaxed';
  const kernels = createWasmKernels('relaxed');
  const [x, w, b, a] = [
    kernels.matrix(1, 1),
    kernels.matrix(1, 1),
    kernels.allocate(1),
    kernels.matrix(1, 1),
  ];
  // x·w = 1 + 2⁻¹¹ + 2⁻²⁴, of which f32 keeps all but the last bit.
  x.data[0] = w.data[0] = 1 + 2 ** -12;
  b[0] = -(1 + 2 ** -11);
  kernels.denseForward(x, w, b, 'identity', a, null);
  expect(a.data[0]).toBe(fused ? 2 ** -24 : 0);
  expect(kernels.engine).toBe('wasm-fma/1');
  expect(createWasmKernels('plain').engine).toBe('wasm/1');
});
