/** The sigmoid-weighted linear unit, also called swish: a smooth rectifier, dipping to −0.28 below 0. */
import { sigmoid } from '../elementary.ts';
import type { Activation } from './activation.ts';
import { gate } from './gate.ts';

/** f(z) = z·σ(z), f′(z) = σ(z)·(1 + z·σ(−z)). @see Elfwing, Uchibe & Doya 2018, eq. 5; Ramachandran, Zoph & Le 2017 */
export const silu: Activation = {
  forward: (z) => gate(z, sigmoid(z)),
  derivative: (z) => gate(1 + gate(z, sigmoid(-z)), sigmoid(z)),
  // f is not monotone: two values of z have the same a.
  derivativeFrom: 'input',
  // |f′| = 0.01 · 1.0998; its zero at −1.28 is a point that units pass, not an end.
  saturatesAt: [-6.1429157002905, Number.POSITIVE_INFINITY],
  isAffine: false,
  defaultInitializer: 'he',
};
