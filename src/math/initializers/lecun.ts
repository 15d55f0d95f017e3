/** Initial weights that keep the variance of the signal forward alone: what self-normalising and older networks are made for. */
import type { Initializer } from './initializer.ts';

/**
 * w ~ N(0, √(1/k)), k the fan-in.
 *
 * @see LeCun, Bottou, Orr & Müller, Efficient BackProp, 1998, eq. 16
 */
export const lecun: Initializer = {
  sample: (random, k) => random.normal() * Math.sqrt(1 / k),
};
