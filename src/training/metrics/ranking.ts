/** How well a score ranks the rows of one class above the rest: areas under the two usual curves. */

export interface RankingAreas {
  /** Area under the ROC curve by trapezoids: the chance that a positive outranks a negative, a tie counting half. */
  readonly rocAuc: number;
  /** Average precision Σ (Rₜ − Rₜ₋₁)·Pₜ over falling thresholds t: steps, not trapezoids. */
  readonly averagePrecision: number;
}

/**
 * Equal scores are one threshold. Both as scikit-learn's `roc_auc_score` and `average_precision_score`.
 *
 * @param positives scores of the rows of the class; sorted in place
 * @param negatives scores of all other rows; sorted in place
 * @returns null when either has no row: one of the curves is then undefined
 */
export function rankingAreas(positives: Float64Array, negatives: Float64Array): RankingAreas | null {
  if (positives.length === 0 || negatives.length === 0) return null;
  // Two native sorts of numbers are several times faster than one of row numbers with a comparison.
  positives.sort();
  negatives.sort();
  let p = positives.length - 1;
  let n = negatives.length - 1;
  let hits = 0;
  let rectangles = 0;
  let averagePrecision = 0;
  while (p >= 0) {
    const threshold = Math.max(positives[p], n >= 0 ? negatives[n] : positives[p]);
    const hitsBefore = hits;
    const falseBefore = negatives.length - 1 - n;
    while (p >= 0 && positives[p] === threshold) {
      hits++;
      p--;
    }
    while (n >= 0 && negatives[n] === threshold) n--;
    const falseNow = negatives.length - 1 - n;
    // Whole and half numbers: exact below 2⁵³.
    rectangles += ((hits + hitsBefore) / 2) * (falseNow - falseBefore);
    averagePrecision += ((hits - hitsBefore) / positives.length) * (hits / (hits + falseNow));
  }
  // Below the last positive the curve runs along the top.
  rectangles += hits * (n + 1);
  return { rocAuc: rectangles / (positives.length * negatives.length), averagePrecision };
}
