/** How good the probabilities are beside the labels: as forecasts (log loss, Brier) and as rankings (areas under curves). */
import type { ClassificationMetrics } from '../../contracts/metrics.ts';
import { log } from '../../math/elementary.ts';
import { type RankingAreas, rankingAreas } from './ranking.ts';

/** scikit-learn clips to [ε, 1 − ε], ε that of f64. */
const epsilon = 2 ** -52;

type ProbabilityMetrics = Required<Pick<ClassificationMetrics, 'log_loss' | 'brier' | 'roc_auc' | 'pr_auc'>>;

/**
 * log_loss = −(1/n) Σ ln p(true class) · brier = (1/n) Σᵢⱼ (pᵢⱼ − yᵢⱼ)², of two classes that of the second alone, which is half ·
 * roc_auc and pr_auc of the second of two classes, or the plain mean of each against the rest; null when a class has no row.
 *
 * @param trueCodes     [n], n ≥ 1
 * @param probabilities row-major [n, classes]
 */
export function probabilityMetrics(
  classes: number,
  trueCodes: ArrayLike<number>,
  probabilities: Float64Array,
  poll: () => void,
): ProbabilityMetrics {
  const rows = trueCodes.length;
  const columns = columnsOf(classes);
  let logLoss = 0;
  let squares = 0;
  for (let i = 0; i < rows; i++) {
    const p = probabilities[i * classes + trueCodes[i]];
    logLoss -= log(Math.min(Math.max(p, epsilon), 1 - epsilon));
    for (const code of columns) {
      const error = probabilities[i * classes + code] - (trueCodes[i] === code ? 1 : 0);
      squares += error * error;
    }
  }
  const areas = columns.map((code) => {
    poll();
    return areasOf(code, classes, trueCodes, probabilities);
  });
  return {
    log_loss: logLoss / rows,
    brier: squares / rows,
    roc_auc: meanOf(areas, (area) => area.rocAuc),
    pr_auc: meanOf(areas, (area) => area.averagePrecision),
  };
}

/** As in `probabilityMetrics`. */
export function rocAuc(
  classes: number,
  trueCodes: ArrayLike<number>,
  probabilities: Float64Array,
): number | null {
  const areas = columnsOf(classes).map((code) => areasOf(code, classes, trueCodes, probabilities));
  return meanOf(areas, (area) => area.rocAuc);
}

/** Classes that are ranked against the rest: of two the second alone. */
function columnsOf(classes: number): number[] {
  return classes === 2 ? [1] : Array.from({ length: classes }, (_, code) => code);
}

/** Ranks the rows of class `code` against the rest by the probability of that class. */
function areasOf(
  code: number,
  classes: number,
  trueCodes: ArrayLike<number>,
  probabilities: Float64Array,
): RankingAreas | null {
  const rows = trueCodes.length;
  const scores = new Float64Array(rows);
  let positives = 0;
  let negatives = 0;
  for (let i = 0; i < rows; i++) {
    const score = probabilities[i * classes + code];
    if (trueCodes[i] === code) scores[positives++] = score;
    else scores[rows - ++negatives] = score;
  }
  return rankingAreas(scores.subarray(0, positives), scores.subarray(positives));
}

function meanOf(
  areas: readonly (RankingAreas | null)[],
  pick: (area: RankingAreas) => number,
): number | null {
  let sum = 0;
  for (const area of areas) {
    if (area === null) return null;
    sum += pick(area);
  }
  return sum / areas.length;
}
