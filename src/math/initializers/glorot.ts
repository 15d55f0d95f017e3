/** Initial weights for activations that are near the identity at 0: they keep variance forward and backward. */
import type { Initializer } from './initializer.ts';

/**
 * w ~ U(−r, r), r = √(6/(k + m)), k the fan-in and m the fan-out.
 *
 * @see Glorot & Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010, eq. 16
 */
export const glorot: Initializer = {
  sample: (random, k, m) => (2 * random.uniform() - 1) * Math.sqrt(6 / (k + m)),
};
