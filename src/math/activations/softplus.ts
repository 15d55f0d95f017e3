/** The rectifier with its kink rounded off: everywhere positive, its derivative is the logistic function. */
import { expm1, softplus as softplusOf } from '../elementary.ts';
import type { Activation } from './activation.ts';

/**
 * f(z) = ln(1 + eᶻ), f′(z) = σ(z) = 1 − e⁻ᵃ. PyTorch's takes f(z) = z from z = 20 on, where they differ by less than 2.1e-9.
 *
 * @see Glorot, Bordes & Bengio 2011, section 3.1
 */
export const softplus: Activation = {
  forward: (z) => softplusOf(z),
  derivative: (a) => -expm1(-a),
  derivativeFrom: 'output',
  // 1 − e⁻ᵃ = 0.01: z ≈ −4.6.
  saturatesAt: [0.0100503358535, Number.POSITIVE_INFINITY],
  isAffine: false,
  defaultInitializer: 'he',
};
