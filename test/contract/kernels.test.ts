/** Runs the kernels' contract on every implementation, and shows that the fast ones ran. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelsOf, openblasProblem } from '../../src/math/kernels/math-backend.ts';
import { createOpenblasKernels } from '../../src/math/kernels/openblas.ts';
import { openOpenblas } from '../../src/math/kernels/openblas-library.ts';
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
const problem = openblasProblem('openblas');
if (problem !== null) console.log(`OpenBLAS is not tested: ${problem}`);
describe.skipIf(problem !== null)('OpenBLAS', () => {
  let products = 0;
  /** Counts the calls of the library. */
  const create = () => {
    const openblas = openOpenblas();
    const sgemm = (...args: Parameters<typeof openblas.sgemm>) => {
      products++;
      openblas.sgemm(...args);
    };
    return createOpenblasKernels({ ...openblas, sgemm });
  };
  if (problem === null) {
    kernelsContract('the kernels', create, false);
    kernelsDifferential('the kernels', create);
  }

  it('made the products of these tests', () => {
    expect(products).toBeGreaterThan(1_000);
    expect(create().engine).toMatch(/^openblas-\d+\.\d+\.\d+-\w+\/1$/);
  });

  it('is chosen for training a network that is large enough, and never for predictions', () => {
    const engine = create().engine;
    expect(kernelsOf('auto')('f32', 1e6).engine).toBe(engine);
    expect(kernelsOf('openblas')('f32', 1).engine).toBe(engine);
    for (const kernels of [
      kernelsOf('auto')('f32', 1_000),
      kernelsOf('auto')('f32'),
      kernelsOf('openblas')('f32'),
      kernelsOf('wasm')('f32', 1e9),
    ]) {
      expect(kernels.engine).toMatch(/^wasm/);
    }
  });
});

describe.each<WasmBuild>(['relaxed', 'plain'])('WebAssembly, %s build', (build) => {
  const create = () => createWasmKernels(build);
  beforeAll(() => {
    for (const name of calls.keys()) calls.set(name, 0);
  });
  kernelsContract('the kernels', create);
  kernelsDifferential('the kernels', create);

  it('ran each function of the module in these tests', () => {
    const idle = [...calls].filter(([, count]) => count === 0).map(([name]) => name);
    // Called where OpenBLAS makes the products, as the module is chosen, and by helping threads.
    expect(idle.sort()).toEqual(['addBiasAndActivate', 'isFused', 'serve', 'sumRows']);
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
