/** Products and trainings shared by threads have the bits of one thread, and the threads had a part in them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activationNames } from '../../../src/math/activations/index.ts';
import type { Kernels } from '../../../src/math/kernels/kernels.ts';
import { createWasmKernels, wasmKernels } from '../../../src/math/kernels/wasm.ts';
import { createMemory } from '../../../src/math/kernels/wasm-memory.ts';
import { bestWasmBuild, instantiate } from '../../../src/math/kernels/wasm-module.ts';
import { shareProducts } from '../../../src/math/kernels/wasm-shared.ts';
import { createTeam } from '../../../src/math/kernels/wasm-team.ts';
import type { Matrix } from '../../../src/math/matrix.ts';
import { createRandom } from '../../../src/math/random.ts';

/** Two looks a product: those made alone seem to take a millisecond, those made together none. */
function clockInFavourOfSharing(): () => number {
  let looks = 0;
  return () => Math.min(++looks, 64);
}

/** A forward and a backward pass of a layer, everything that it wrote. */
function layerOutputs(
  kernels: Kernels,
  [n, k, m]: number[],
  activation = activationNames[0],
): Matrix['data'][] {
  const random = createRandom(n + k + m);
  const matrix = (rows: number, columns: number) => {
    const made = kernels.matrix(rows, columns);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) made.data[i * made.stride + j] = random.normal();
    }
    return made;
  };
  const [x, w, dz] = [matrix(n, k), matrix(k, m), matrix(n, m)];
  const b = kernels.allocate(m).fill(0.5);
  const [a, z, alone] = [kernels.matrix(n, m), kernels.matrix(n, m), kernels.matrix(n, m)];
  const [dx, dw, db] = [kernels.matrix(n, k), kernels.matrix(k, m), kernels.allocate(m)];
  kernels.denseForward(x, w, b, activation, a, z);
  kernels.denseForward(x, w, b, activation, alone, null);
  kernels.denseBackwardInput(dz, w, dx);
  kernels.denseBackwardWeights(x, dz, dw, db);
  return [a.data, z.data, alone.data, dx.data, dw.data, db];
}

/** Rows that divide evenly and not, more than a block, fewer tiles than threads. */
const sizes = [
  [96, 64, 128],
  [131, 77, 65],
  [17, 260, 130],
  [600, 33, 31],
];

describe.each([2, 3])('%i threads', (threads) => {
  const build = bestWasmBuild();
  const memory = createMemory();
  const team = createTeam(build, memory, { threads, nowMs: clockInFavourOfSharing() });
  const shared = wasmKernels(build, memory, shareProducts(instantiate(build, memory.memory), team, memory));
  const single = createWasmKernels(build);

  beforeAll(async () => {
    while (!team.isComplete()) await sleep(5);
    // The first products of a round are made alone, to be timed.
    for (let i = 0; i < 8; i++) layerOutputs(shared, sizes[0]);
  });
  afterAll(() => team.close());

  it.each(activationNames)('have the bits of one: %s', (activation) => {
    const before = team.partsDone();
    for (const size of sizes) {
      expect(layerOutputs(shared, size, activation)).toEqual(layerOutputs(single, size, activation));
    }
    // Four products of each size.
    expect(team.partsDone() - before).toBeGreaterThanOrEqual(4 * sizes.length);
  });

  it('leave small products to one', () => {
    const before = team.partsDone();
    layerOutputs(shared, [32, 64, 64]);
    expect(team.partsDone()).toBe(before);
  });
});

it('a team that takes longer than one thread is left alone', async () => {
  const memory = createMemory();
  let looks = 0;
  // Each look is later than the last by more.
  const team = createTeam(bestWasmBuild(), memory, { threads: 2, nowMs: () => 2 ** ++looks });
  while (!team.isComplete()) await sleep(5);
  for (let i = 0; i < 200; i++) {
    // Rows of each part: all of them where it is not shared.
    const rows = team.begin(96, 2 ** 20);
    team.end();
    if (i >= 64) expect(rows).toBe(96);
  }
  team.close();
});
