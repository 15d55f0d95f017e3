/** The metrics of a model's scores, whatever its task. */
import type { Metrics } from '../../contracts/metrics.ts';
import type { TrainedModel } from '../../contracts/version.ts';
import type { Scores } from '../predict.ts';
import { classificationMetrics } from './classification-metrics.ts';
import { regressionMetrics } from './regression-metrics.ts';

/**
 * @param truth class numbers, or values in the target's units, [n], n ≥ 1
 * @throws JobFailure `unsupported_data` when a regression's metric overflows
 */
export function metricsOfScores(
  { classes, output }: TrainedModel,
  truth: Float64Array,
  { outputs, predictedCodes }: Scores,
  poll: () => void,
): Metrics {
  if (classes === null || predictedCodes === null) return regressionMetrics(truth, outputs);
  // A perceptron's probabilities are its labels over again.
  const probabilities = output === 'step' ? null : outputs;
  return classificationMetrics({ classes, trueCodes: truth, predictedCodes, probabilities, poll });
}
