/** `npm run bench`: prints medians and ratios of interleaved runs beside the machine that they ran on; never passes or fails. */
import { cpus } from 'node:os';
import { benchTraining } from './training.ts';

const rounds = 5;

const [{ model }] = cpus();
console.log(
  `Node ${process.versions.node}, ${cpus().length} × ${model}, medians of ${rounds} interleaved rounds`,
);
benchTraining(rounds);
