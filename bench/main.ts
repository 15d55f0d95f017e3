/** `npm run bench`: prints medians and ratios of interleaved runs beside the machine that they ran on; never passes or fails. */
import { cpus } from 'node:os';
import { kernelsOf, openblasProblem } from '../src/math/kernels/math-backend.ts';
import { benchKernels } from './kernels.ts';
import { type Backend, benchNetworks } from './networks.ts';
import { startPeers } from './peers/start-peers.ts';
import { benchRegressions } from './regressions.ts';

const rounds = 5;

const [{ model }] = cpus();
console.log(
  `Node ${process.versions.node}, ${cpus().length} × ${model}, medians of ${rounds} interleaved rounds`,
);
/** `npm run bench -- kernels` runs that part alone; the others are `networks` and `regressions`. */
const parts = process.argv.slice(2);
const isAsked = (part: string) => parts.length === 0 || parts.includes(part);
const nowMs = () => performance.now();
const wasm: Backend = { name: 'WebAssembly', createKernels: kernelsOf('wasm') };
const openblas: Backend = { name: 'OpenBLAS', createKernels: kernelsOf('openblas') };
const two: Backend = {
  name: 'WebAssembly, 2 threads',
  createKernels: kernelsOf('wasm', { threads: 2, nowMs }),
};
const problem = openblasProblem('openblas');
if (problem !== null) console.log(`OpenBLAS: ${problem}, left out`);
const fast = problem === null ? [wasm, openblas] : [wasm];
const backends = [...fast, two];
if (isAsked('kernels')) await benchKernels(fast);
const peers = await startPeers();
try {
  if (isAsked('networks')) {
    await benchNetworks(backends, peers, rounds);
  }
  if (isAsked('regressions')) await benchRegressions(peers.sklearn, rounds);
} finally {
  peers.close();
}
