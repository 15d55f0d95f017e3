/** The negative log-likelihood of two classes from one logit: logistic regression and two-class networks. */
import { sigmoid, softplus } from '../elementary.ts';
import type { Loss } from './loss.ts';

/**
 * With h = 1/(1 + e⁻ᶻ): L = −y·ln h − (1 − y)·ln(1 − h), ∂L/∂z = h − y; y is exactly 0 or 1.
 *
 * Computed as L = ln(1 + eˢᶻ), ∂L/∂z = s·h(sz) with s = 1 − 2y: equal, and neither overflows at large |z| nor loses the small
 * value of a right and confident answer to cancellation.
 */
export const binaryCrossEntropy: Loss = {
  isScalar: true,
  hasLabels: true,
  row(logits, start, _m, target, gradient, scale) {
    const sign = 1 - 2 * target;
    const z = sign * logits[start];
    if (gradient !== null) gradient[start] = scale * sign * sigmoid(z);
    return softplus(z);
  },
};
