/** The activation that does nothing: the output layer of every network, and the hidden one that shows why a non-linear one is needed. */
import type { Activation } from './activation.ts';

/** f(z) = z, f′(z) = 1. */
export const identity: Activation = {
  forward: (z) => z,
  derivative: () => 1,
  derivativeFrom: 'output',
  saturatesAt: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  isAffine: true,
  defaultInitializer: 'glorot',
};
