/** The class that a model's logits stand for: in training, to count the right answers, and in predict. */
import type { FloatArray } from './matrix.ts';

/**
 * Number of the predicted class. A single logit is that of the second class, predicted when z > 0; of many the largest wins. Where
 * they are equal it is the lowest class: that of the smaller label.
 */
export function labelOf(logits: FloatArray, from: number, outputs: number): number {
  if (outputs === 1) return logits[from] > 0 ? 1 : 0;
  let best = 0;
  for (let j = 1; j < outputs; j++) if (logits[from + j] > logits[from + best]) best = j;
  return best;
}
