/** The logistic function as a hidden activation: bounded, smooth, and slow to learn where it saturates. */
import { sigmoid as sigmoidOf } from '../elementary.ts';
import type { Activation } from './activation.ts';

/** f(z) = 1 / (1 + e⁻ᶻ), f′(z) = a(1 − a), at most ¼. Rounds to exactly 0 or 1 far out, where f′ is then 0. */
export const sigmoid: Activation = {
  forward: (z) => sigmoidOf(z),
  derivative: (a) => a * (1 - a),
  derivativeFrom: 'output',
  // a(1 − a) = 0.01 · ¼: |z| ≈ 5.99.
  saturatesAt: [0.0025062814467, 0.9974937185533],
  isAffine: false,
  defaultInitializer: 'glorot',
};
