/** The hyperbolic tangent as a hidden activation: a sigmoid centred on 0, with a derivative up to 1. */
import { tanh as tanhOf } from '../elementary.ts';
import type { Activation } from './activation.ts';

/** f(z) = (eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ), f′(z) = 1 − a². */
export const tanh: Activation = {
  forward: (z) => tanhOf(z),
  derivative: (a) => 1 - a * a,
  derivativeFrom: 'output',
  isAffine: false,
  defaultInitializer: 'glorot',
};
