/** The exponential linear unit: a rectifier that is smooth at 0 and saturates at −1, so that mean activations are near 0. */
import { expm1 } from '../elementary.ts';
import type { Activation } from './activation.ts';

/** f(z) = z for z > 0, else eᶻ − 1 (α = 1); f′(z) = 1, else eᶻ = a + 1. @see Clevert, Unterthiner & Hochreiter 2016, eq. 15 */
export const elu: Activation = {
  forward: (z) => (z > 0 ? z : expm1(z)),
  derivative: (a) => (a > 0 ? 1 : a + 1),
  derivativeFrom: 'output',
  saturatesAt: [-0.99, Number.POSITIVE_INFINITY],
  isAffine: false,
  defaultInitializer: 'he',
};
