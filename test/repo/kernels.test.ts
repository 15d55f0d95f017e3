/** The committed WebAssembly is what its source compiles to. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileModule, wasmFile, wasmModules } from '../../scripts/build-kernels.ts';

it.each(wasmModules)(
  '$file is compiled from its source',
  async (module) => {
    const committed = readFileSync(wasmFile(module));
    const compiled = await compileModule(module);
    expect(committed.equals(compiled), 'run `npm run kernels` and commit the result').toBe(true);
    // A second on an idle machine.
  },
  60_000,
);

it('of the relaxed instructions only madd and nmadd are used: the others may differ from machine to machine', () => {
  const found = wasmModules.flatMap(({ folder }) => {
    const assembly = new URL('assembly/', folder);
    return readdirSync(assembly).flatMap(
      (file) => readFileSync(new URL(file, assembly), 'utf8').match(/relaxed_\w+/g) ?? [],
    );
  });
  expect([...new Set(found)].sort()).toEqual(['relaxed_madd', 'relaxed_nmadd']);
});
