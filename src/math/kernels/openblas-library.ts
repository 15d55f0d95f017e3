/** Loads OpenBLAS where it is installed, in the one form that is safe here, and says why where it does not. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** cblas_sgemm, row-major, its pointers as addresses: c = alpha · op(a) · op(b) + beta · c. */
type Sgemm = (
  order: number,
  transA: number,
  transB: number,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: number,
  lda: number,
  b: number,
  ldb: number,
  beta: number,
  c: number,
  ldc: number,
) => void;

export interface Openblas {
  /** Such as `openblas-0.3.21-SkylakeX`. */
  readonly name: string;
  readonly sgemm: Sgemm;
  /** Where a buffer lies in the process: WebAssembly's memory never moves. */
  addressOf(buffer: ArrayBufferLike): number;
}

/** Debian's build with threads, by its full name: `libopenblas.so.0` may be the serial one. Then what others call it. */
const libraries = [
  '/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0',
  '/usr/lib/aarch64-linux-gnu/openblas-pthread/libopenblas.so.0',
  'libopenblasp.so.0',
  'libopenblas.so.0',
];

interface Koffi {
  load(path: string): { func(declaration: string): (...args: never[]) => unknown };
}

/** Why OpenBLAS is not used. */
export class OpenblasUnavailable extends Error {
  override readonly name = 'OpenblasUnavailable';
}

let opened: Openblas | OpenblasUnavailable | null = null;

/** Loaded once a thread; a process has one copy of the library. @throws OpenblasUnavailable */
export function openOpenblas(): Openblas {
  try {
    opened ??= load();
  } catch (error) {
    opened = new OpenblasUnavailable(error instanceof Error ? error.message : String(error));
  }
  if (opened instanceof OpenblasUnavailable) throw opened;
  return opened;
}

/**
 * Safe are: a build with POSIX threads, whose own threads are turned off, for the serial one of Debian gives wrong products when two
 * threads of a process call it; and kernels that this processor has, which OpenBLAS has to be told on those that it does not know.
 */
function load(): Openblas {
  const koffi = createRequire(import.meta.url)('koffi') as Koffi;
  const libc = koffi.load('libc.so.6');
  const core = coreType();
  const setenv = libc.func('int setenv(const char *name, const char *value, int overwrite)') as (
    name: string,
    value: string,
    overwrite: number,
  ) => number;
  // What it reads as it is loaded is the C environment, which Node's process.env of a worker thread is not.
  if (core !== null) setenv('OPENBLAS_CORETYPE', core, 1);
  const library = loadFirst(koffi);
  const text = (name: string) => (library.func(`const char *${name}()`) as () => string)();
  const parallel = (library.func('int openblas_get_parallel()') as () => number)();
  if (parallel !== 1) throw new OpenblasUnavailable('OpenBLAS is not the build with POSIX threads');
  (library.func('void openblas_set_num_threads(int threads)') as (threads: number) => void)(1);
  const loaded = text('openblas_get_corename');
  if (core !== null && loaded !== core) {
    throw new OpenblasUnavailable(`OpenBLAS took this processor for ${loaded}, expected ${core}`);
  }
  const version = /OpenBLAS (\S+)/.exec(text('openblas_get_config'))?.[1] ?? 'unknown';
  const memcpy = libc.func('uintptr_t memcpy(void *to, void *from, size_t bytes)') as unknown as (
    to: Uint8Array,
    from: Uint8Array,
    bytes: number,
  ) => number;
  const openblas: Openblas = {
    name: `openblas-${version}-${loaded}`,
    sgemm: library.func(
      'void cblas_sgemm(int order, int transA, int transB, int m, int n, int k, float alpha, uintptr_t a, int lda, ' +
        'uintptr_t b, int ldb, float beta, uintptr_t c, int ldc)',
    ) as Sgemm,
    // memcpy returns its first argument: of no bytes, it is a way to ask for an address.
    addressOf: (buffer) => Number(memcpy(new Uint8Array(buffer), new Uint8Array(buffer), 0)),
  };
  requireRightProduct(openblas);
  return openblas;
}

function loadFirst(koffi: Koffi) {
  for (const path of libraries) {
    try {
      return koffi.load(path);
    } catch {
      // Not there: the next one may be.
    }
  }
  throw new OpenblasUnavailable('OpenBLAS is not installed (Debian: libopenblas0-pthread)');
}

/** The kernels to ask for: those of the instructions that the processor says it has. Null leaves the choice to OpenBLAS. */
function coreType(): string | null {
  if (process.arch !== 'x64') return null;
  const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1].split(' '));
  const has = (...names: string[]) => names.every((name) => flags.has(name));
  if (has('avx512f', 'avx512dq', 'avx512bw', 'avx512vl')) return 'SkylakeX';
  if (has('avx2', 'fma')) return 'Haswell';
  throw new OpenblasUnavailable('the processor has no FMA instructions');
}

/** Whole numbers, whose product is exact: a library that was built or detected wrongly shows at once. */
function requireRightProduct({ sgemm, addressOf }: Openblas): void {
  const size = 19;
  const values = new Float32Array(new SharedArrayBuffer(3 * size * size * 4));
  const at = addressOf(values.buffer);
  for (let i = 0; i < 2 * size * size; i++) values[i] = ((i * 7) % 11) - 5;
  const [b, c] = [size * size, 2 * size * size];
  sgemm(rowMajor, asIs, asIs, size, size, size, 1, at, size, at + 4 * b, size, 0, at + 4 * c, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let sum = 0;
      for (let t = 0; t < size; t++) sum += values[i * size + t] * values[b + t * size + j];
      if (values[c + i * size + j] !== sum) throw new OpenblasUnavailable('OpenBLAS gives a wrong product');
    }
  }
}

/** CBLAS's words for the layout and for op. */
export const rowMajor = 101;
export const asIs = 111;
export const transposed = 112;
