/** The hyperbolic tangent as a hidden activation: a sigmoid centred on 0, with a derivative up to 1. */
import { tanh as tanhOf } from '../elementary.ts';
import type { Activation } from './activation.ts';

/** f(z) = (eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ), f′(z) = 1 − a². */
export const tanh: Activation = {
  forward: (z) => tanhOf(z),
  derivative: (a) => 1 - a * a,
  derivativeFrom: 'output',
  // 1 − a² = 0.01: |z| ≈ 2.99.
  saturatesAt: [-0.9949874371066, 0.9949874371066],
  isAffine: false,
  defaultInitializer: 'glorot',
};
