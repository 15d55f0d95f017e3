/** What every loss provides: value and gradient of one row from its logits, in one numerically stable pass. */
import type { FloatArray } from '../matrix.ts';

export interface Loss {
  /** A row has exactly one logit; otherwise one per class. */
  readonly isScalar: boolean;
  /** The target is a class, which the logits' label may be or not. */
  readonly hasLabels: boolean;
  /**
   * Loss of one row, in f64.
   *
   * @param logits   the row is elements `start` to `start + m`
   * @param m        number of logits
   * @param target   class number, or value, as the loss says
   * @param gradient when given, the same elements of it become scale · ∂loss/∂logits
   */
  row(
    logits: FloatArray,
    start: number,
    m: number,
    target: number,
    gradient: FloatArray | null,
    scale: number,
  ): number;
}
