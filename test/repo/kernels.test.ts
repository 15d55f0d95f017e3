/** The committed WebAssembly is what its source compiles to. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileKernels, wasmFile } from '../../scripts/build-kernels.ts';

it.each(['relaxed', 'plain'] as const)(
  'kernels-%s.wasm is compiled from src/math/kernels/assembly',
  async (build) => {
    const committed = readFileSync(wasmFile(build));
    const compiled = await compileKernels(build);
    expect(committed.equals(compiled), 'run `npm run kernels` and commit the result').toBe(true);
  },
);

it('of the relaxed instructions only madd and nmadd are used: the others may differ from machine to machine', () => {
  const source = readFileSync(new URL('../../src/math/kernels/assembly/vector.ts', import.meta.url), 'utf8');
  expect([...new Set(source.match(/relaxed_\w+/g))].sort()).toEqual(['relaxed_madd', 'relaxed_nmadd']);
});
