/** Compiles the kernels of src/math to WebAssembly: `npm run kernels`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main as asc } from 'assemblyscript/asc';

interface WasmModule {
  /** Has assembly/index.ts, and takes the compiled file. */
  readonly folder: URL;
  readonly file: string;
  /** Uses relaxed SIMD's madd and nmadd. */
  readonly isRelaxed: boolean;
}

const math = new URL('../src/math/', import.meta.url);
const networks = new URL('kernels/', math);

/** Networks have two builds, of which one has fused multiply-adds; regressions have one, whose bits are those of the reference. */
export const wasmModules: readonly WasmModule[] = [
  { folder: networks, file: 'kernels-relaxed.wasm', isRelaxed: true },
  { folder: networks, file: 'kernels-plain.wasm', isRelaxed: false },
  { folder: new URL('solvers/', math), file: 'glm.wasm', isRelaxed: false },
];

export const wasmFile = ({ folder, file }: WasmModule): URL => new URL(file, folder);

/** `stub` is the runtime without garbage collection: the kernels allocate nothing. 112 is a warning about v128 in signatures. */
const options =
  '-O3 --noAssert --converge --runtime stub --importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536 ' +
  '--noExportMemory --disableWarning 112 --enable simd --enable bulk-memory --enable threads';

/** The module's bytes. @throws Error with the compiler's messages */
export async function compileModule({ folder, file, isRelaxed }: WasmModule): Promise<Uint8Array> {
  let binary: Uint8Array | null = null;
  const baseDir = fileURLToPath(folder);
  // One name for all: it is not in the module, and the builds of one source differ by what they do alone.
  const args = [
    'assembly/index.ts',
    '--baseDir',
    baseDir,
    '--outFile',
    'kernels.wasm',
    ...options.split(' '),
  ];
  if (isRelaxed) args.push('--enable', 'relaxed-simd');
  const { error, stderr } = await asc(args, {
    writeFile(_name: string, contents: string | Uint8Array) {
      if (typeof contents !== 'string') binary = contents;
    },
  } as Parameters<typeof asc>[1]);
  if (error || binary === null) throw new Error(`${file}: ${stderr.toString()}`);
  return binary;
}

if (import.meta.main) {
  for (const module of wasmModules) writeFileSync(wasmFile(module), await compileModule(module));
}
