/** The kernels by themselves: matrix products beside what the machine can do at most, activations forward and backward. */
import { compileModule } from '../scripts/build-kernels.ts';
import type { ActivationName } from '../src/math/activations/index.ts';
import type { Kernels } from '../src/math/kernels/kernels.ts';
import { createWasmKernels } from '../src/math/kernels/wasm.ts';
import { bestWasmBuild } from '../src/math/kernels/wasm-module.ts';
import type { Matrix } from '../src/math/matrix.ts';
import { createRandom } from '../src/math/random.ts';
import { type BenchCase, interleave, printResults, processorTimed } from './interleave.ts';
import type { Backend } from './networks.ts';

/** Rows, inputs and outputs of a layer. */
const layers = [
  [32, 32, 64],
  [128, 64, 64],
  [128, 784, 256],
  [256, 512, 512],
  [1024, 1024, 1024],
] as const;

/** Operations of one run: 0.1 s and more, since the processor time of a thread is counted in steps of some milliseconds. */
const runOperations = 8e9;
const kernelRounds = 7;

export async function benchKernels(backends: readonly Backend[]): Promise<void> {
  const peak = await peakCase();
  for (const layer of layers) {
    const cases = backends.flatMap(({ name, createKernels }) =>
      productCases(name, createKernels('f32', Infinity), layer),
    );
    const results = await interleave([peak, ...cases], kernelRounds);
    printResults(`Products of a layer [${layer.join(', ')}], f32`, 'floating-point operations', results);
  }
  await benchActivations();
}

/** Twelve sums of four lanes: as many as a tile of the products has. */
async function peakCase(): Promise<BenchCase> {
  const module = { folder: new URL('./', import.meta.url), file: 'peak.wasm', isRelaxed: true };
  const bytes = new Uint8Array(await compileModule(module));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
  new Float32Array(memory.buffer).fill(0.5);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const { multiplyAdds } = exports as { multiplyAdds(rounds: number, values: number): void };
  // One long call would stay in the code that starts at once and runs slowly.
  for (let i = 0; i < 3_000; i++) multiplyAdds(1_000, 0);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const amount = runOperations;
  const rounds = Math.round(amount / (12 * 4 * 2));
  return {
    name: 'multiply-adds in registers',
    amount,
    run: () => processorTimed(() => multiplyAdds(rounds, 0)),
  };
}

function filled(kernels: Kernels, rows: number, columns: number): Matrix {
  const random = createRandom(rows + columns);
  const matrix = kernels.matrix(rows, columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) matrix.data[i * matrix.stride + j] = random.normal();
  }
  return matrix;
}

function productCases(
  name: string,
  kernels: Kernels,
  [n, k, m]: readonly [number, number, number],
): BenchCase[] {
  const [x, w, dz] = [filled(kernels, n, k), filled(kernels, k, m), filled(kernels, n, m)];
  const [a, dx, dw] = [kernels.matrix(n, m), kernels.matrix(n, k), kernels.matrix(k, m)];
  const [b, db] = [kernels.allocate(m), kernels.allocate(m)];
  const times = Math.ceil(runOperations / (2 * n * k * m));
  const products = {
    'relu(x·w + b)': () => kernels.denseForward(x, w, b, 'relu', a, null),
    dz·wᵀ: () => kernels.denseBackwardInput(dz, w, dx),
    'xᵀ·dz and Σ dz': () => kernels.denseBackwardWeights(x, dz, dw, db),
  };
  return Object.entries(products).map(([product, run]) => ({
    name: `${name}: ${product}`,
    amount: times * 2 * n * k * m,
    run: () => processorTimed(() => repeat(times, run)),
  }));
}

async function benchActivations(): Promise<void> {
  const kernels = createWasmKernels(bestWasmBuild());
  const z = filled(kernels, 128, 64);
  const [x, identity, b] = [kernels.matrix(128, 0), kernels.matrix(0, 64), kernels.allocate(64)];
  const [a, da] = [kernels.matrix(128, 64), filled(kernels, 128, 64)];
  const times = 50_000;
  const amount = times * z.rows * z.columns;
  const cases = (['relu', 'sigmoid', 'tanh'] as const).map((name: ActivationName) => ({ name, amount }));
  // A product of no inputs leaves the bias and the activation of it: the layer's cost but for the product.
  const forward = cases.map((item) => ({
    ...item,
    run: () =>
      processorTimed(() => repeat(times, () => kernels.denseForward(x, identity, b, item.name, a, null))),
  }));
  const backward = cases.map((item) => ({
    ...item,
    run: () => processorTimed(() => repeat(times, () => kernels.activationBackward(item.name, z, null, da))),
  }));
  printResults('Activation of a layer, forward', 'values', await interleave(forward, kernelRounds));
  printResults('Activation of a layer, backward', 'values', await interleave(backward, kernelRounds));
}

function repeat(times: number, run: () => void): void {
  for (let i = 0; i < times; i++) run();
}
