/** The negative log-likelihood of many classes from one logit each. */
import { exp, log1p } from '../elementary.ts';
import type { Loss } from './loss.ts';

/**
 * With pⱼ = e^{zⱼ} / Σ e^{z}: L = −ln p_y, ∂L/∂zⱼ = pⱼ − [j = y]; y is a class number, 0 to m − 1.
 *
 * Computed about the largest logit z*: L = (z* − z_y) + ln(1 + r), r = Σ_{j ≠ *} e^{zⱼ − z*}. No exponent is above 0, so nothing
 * overflows, and log1p keeps the small loss of a confident answer.
 */
export const softmaxCrossEntropy: Loss = {
  isScalar: false,
  hasLabels: true,
  row(logits, start, m, target, gradient, scale) {
    let top = start;
    for (let j = start + 1; j < start + m; j++) if (logits[j] > logits[top]) top = j;
    const max = logits[top];
    let rest = 0;
    for (let j = start; j < start + m; j++) if (j !== top) rest += exp(logits[j] - max);
    const loss = max - logits[start + target] + log1p(rest);
    if (gradient !== null) {
      const total = 1 + rest;
      for (let j = start; j < start + m; j++) {
        const p = exp(logits[j] - max) / total;
        gradient[j] = scale * (j === start + target ? p - 1 : p);
      }
    }
    return loss;
  },
};
