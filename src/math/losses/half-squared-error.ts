/** The squared error of a regression. */
import type { Loss } from './loss.ts';

/** L = ½(ŷ − y)², ∂L/∂ŷ = ŷ − y, in the target's units squared. The ½ is in the loss; the metric `mse` has none. */
export const halfSquaredError: Loss = {
  isScalar: true,
  hasLabels: false,
  row(logits, start, _m, target, gradient, scale) {
    const error = logits[start] - target;
    if (gradient !== null) gradient[start] = scale * error;
    return 0.5 * error * error;
  },
};
