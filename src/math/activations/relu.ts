/** The rectifier: the default hidden activation, since it is cheap and does not saturate for z > 0. */
import type { Activation } from './activation.ts';

/** f(z) = max(0, z), f′(z) = 1 for z > 0, else 0: at the kink 0, as Glorot, Bordes & Bengio 2011 and PyTorch take it. */
export const relu: Activation = {
  // Not `z > 0 ? z : 0`, which would turn NaN into 0 and hide a diverged network.
  forward: (z) => Math.max(0, z),
  derivative: (a) => (a > 0 ? 1 : 0),
  derivativeFrom: 'output',
  saturatesAt: [0, Number.POSITIVE_INFINITY],
  isAffine: false,
  defaultInitializer: 'he',
};
