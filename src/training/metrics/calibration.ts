/** Whether probabilities mean what they say: of the rows given about 0.7, about 70 % should be of the class. */
import type { ClassificationMetrics } from '../../contracts/metrics.ts';

export const calibrationBins = 10;

type Calibration = NonNullable<ClassificationMetrics['calibration']>;

/**
 * Ten bins (i/10, (i + 1)/10], 0 in the first, of the rows by a probability: of two classes that of the second, which is then observed or
 * not; of more that of the predicted class, observed where the prediction is right (Guo et al., On calibration of modern neural
 * networks, 2017). Bins without a row are left out. scikit-learn's `calibration_curve` with 10 uniform bins.
 *
 * @param probabilities row-major [n, classes]
 */
export function calibration(
  classes: number,
  trueCodes: ArrayLike<number>,
  predictedCodes: ArrayLike<number>,
  probabilities: Float64Array,
): Calibration {
  const bins = Array.from({ length: calibrationBins }, () => ({ rows: 0, predicted: 0, observed: 0 }));
  for (let i = 0; i < trueCodes.length; i++) {
    const code = classes === 2 ? 1 : predictedCodes[i];
    const p = probabilities[i * classes + code];
    const bin = bins[binOf(p)];
    bin.rows++;
    bin.predicted += p;
    if (trueCodes[i] === code) bin.observed++;
  }
  return bins.flatMap(({ rows, predicted, observed }, index) => {
    if (rows === 0) return [];
    const [lower, upper] = [index / calibrationBins, (index + 1) / calibrationBins];
    return [{ lower, upper, rows, mean_predicted: predicted / rows, observed: observed / rows }];
  });
}

/** Number of inner edges below p, the edges those of numpy's linspace: i · 0.1. */
function binOf(p: number): number {
  let bin = 0;
  while (bin < calibrationBins - 1 && (bin + 1) * (1 / calibrationBins) < p) bin++;
  return bin;
}
