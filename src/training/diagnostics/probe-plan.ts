/** Which rows the probe looks at, and after which epochs: enough to see by, few enough to cost little. */
import { createRandom } from '../../math/random.ts';
import { randomStreams } from '../random-streams.ts';

const mostRows = 1024;
/** Below it "zero on every row" says little of a unit. */
const fewestRows = 128;
/** A probe is a forward and a backward pass, and counting activations costs as much again on the fast kernels: 3 % of the epoch. */
const shareOfRows = 1 / 64;
/** Epochs that are all recorded, and about how many are of a longer training's rest. */
const epochsInFull = 100;

/** Rows of the probe for n training rows: n/64, but at least 128 and at most 1,024 of them. */
export function probeSize(rows: number): number {
  return Math.min(rows, mostRows, Math.max(fewestRows, Math.ceil(rows * shareOfRows)));
}

/** Numbers of the probe's rows among n training rows, ascending: a function of n and seed alone. */
export function drawProbe(rows: number, seed: number): Uint32Array {
  return drawRows(rows, probeSize(rows), seed);
}

/** Up to `count` of the numbers 0 … rows − 1, ascending. */
export function drawRows(rows: number, count: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  createRandom(seed, randomStreams.probe).shuffle(order);
  return order.slice(0, count).sort();
}

/** Each of the first 100 epochs, then every ⌈epochs/100⌉th, and the last. */
export function isProbed(epoch: number, epochs: number): boolean {
  return epoch <= epochsInFull || epoch % Math.ceil(epochs / epochsInFull) === 0 || epoch === epochs;
}
