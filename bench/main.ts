/** `npm run bench`: prints medians and ratios of interleaved runs beside the machine that they ran on; never passes or fails. */
import { cpus } from 'node:os';
import { createReferenceKernels } from '../src/math/kernels/reference.ts';
import { benchNetworks } from './networks.ts';
import { startPeers } from './peers/start-peers.ts';
import { benchRegressions } from './regressions.ts';

const rounds = 5;

const [{ model }] = cpus();
console.log(
  `Node ${process.versions.node}, ${cpus().length} × ${model}, medians of ${rounds} interleaved rounds`,
);
/** `npm run bench -- regressions` runs that part alone. */
const parts = process.argv.slice(2);
const isAsked = (part: string) => parts.length === 0 || parts.includes(part);
const peers = await startPeers();
try {
  if (isAsked('networks')) {
    await benchNetworks(
      [{ name: 'Trainyard, reference', createKernels: createReferenceKernels }],
      peers,
      rounds,
    );
  }
  if (isAsked('regressions')) await benchRegressions(peers.sklearn, rounds);
} finally {
  peers.close();
}
