/** The Gaussian error linear unit: a smooth rectifier, dipping to −0.17 below 0; the usual one of transformers. */
import { exp } from '../elementary.ts';
import { erfc } from '../erfc.ts';
import type { Activation } from './activation.ts';
import { gate } from './gate.ts';

const inverseRootTwoPi = 0.3989422804014327;

/**
 * f(z) = z·Φ(z), f′(z) = Φ(z) + z·φ(z), with the standard normal's distribution Φ(z) = ½ erfc(−z/√2) and density
 * φ(z) = e^(−z²/2)/√(2π). The exact form, PyTorch's default, and not the approximation by tanh, which is off by up to 5e-4.
 *
 * @see Hendrycks & Gimpel, Gaussian error linear units, 2016
 */
export const gelu: Activation = {
  forward: (z) => gate(z, distribution(z)),
  derivative: (z) => distribution(z) + gate(z, inverseRootTwoPi * exp(-0.5 * z * z)),
  // f is not monotone: two values of z have the same a.
  derivativeFrom: 'input',
  // |f′| = 0.01 · 1.1289; its zero at −0.75 is a point that units pass, not an end.
  saturatesAt: [-3.0216626341113, Number.POSITIVE_INFINITY],
  isAffine: false,
  defaultInitializer: 'he',
};

function distribution(z: number): number {
  return 0.5 * erfc(-z * Math.SQRT1_2);
}
