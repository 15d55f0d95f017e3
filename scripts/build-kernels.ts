/** Compiles the kernels of src/math/kernels/assembly to WebAssembly, in both builds: `npm run kernels`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main as asc } from 'assemblyscript/asc';
import type { WasmBuild } from '../src/math/kernels/wasm-module.ts';

const kernels = new URL('../src/math/kernels/', import.meta.url);

/** `stub` is the runtime without garbage collection: the kernels allocate nothing. 112 is a warning about v128 in signatures. */
const options =
  '-O3 --noAssert --converge --runtime stub --importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536 ' +
  '--noExportMemory --disableWarning 112 --enable simd --enable bulk-memory --enable threads';

/** The module's bytes. @throws Error with the compiler's messages */
export async function compileKernels(build: WasmBuild): Promise<Uint8Array> {
  let binary: Uint8Array | null = null;
  const baseDir = fileURLToPath(kernels);
  const args = [
    'assembly/index.ts',
    '--baseDir',
    baseDir,
    '--outFile',
    'kernels.wasm',
    ...options.split(' '),
  ];
  if (build === 'relaxed') args.push('--enable', 'relaxed-simd');
  const { error, stderr } = await asc(args, {
    writeFile(_name: string, contents: string | Uint8Array) {
      if (typeof contents !== 'string') binary = contents;
    },
  } as Parameters<typeof asc>[1]);
  if (error || binary === null) throw new Error(`kernels, ${build}: ${stderr.toString()}`);
  return binary;
}

export const wasmFile = (build: WasmBuild): URL => new URL(`kernels-${build}.wasm`, kernels);

if (import.meta.main) {
  for (const build of ['relaxed', 'plain'] as const) {
    writeFileSync(wasmFile(build), await compileKernels(build));
  }
}
