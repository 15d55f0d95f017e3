/** Initial weights for the ReLU family: they keep the variance of the signal from layer to layer. */
import type { Initializer } from './initializer.ts';

/**
 * w ~ N(0, √(2/k)), k the fan-in.
 *
 * @see He et al., Delving deep into rectifiers, 2015, eq. 10
 */
export const he: Initializer = {
  sample: (random, k) => random.normal() * Math.sqrt(2 / k),
};
