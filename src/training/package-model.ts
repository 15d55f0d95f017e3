/** What a finished fit leaves: the model as predict loads it, its bytes, and its metrics measured by predict itself. */
import { createHash } from 'node:crypto';
import type { Metrics, SplitMetrics } from '../contracts/metrics.ts';
import type { ResolvedModelConfig } from '../contracts/model-config.ts';
import type { TrainedModel } from '../contracts/version.ts';
import type { Kernels } from '../math/kernels/kernels.ts';
import type { Dtype } from '../math/matrix.ts';
import type { Fit } from './fit.ts';
import { metricsOfScores } from './metrics/metrics-of-scores.ts';
import { encodeWeights } from './model-weights.ts';
import { createPredictor, type Predictor } from './predict.ts';
import type { PreparedData, PreparedRows } from './prepare-data.ts';

export interface PackagedModel {
  readonly trained: TrainedModel;
  readonly weights: Uint8Array;
  readonly weightsSha256: string;
  readonly parameters: number;
}

/** @param dtype the dtype of the kernels that it was fitted with and will be predicted with */
export function packageModel(
  config: ResolvedModelConfig,
  data: PreparedData,
  fit: Pick<Fit, 'layers' | 'parameters'>,
  dtype: Dtype,
): PackagedModel {
  const parameters = fit.parameters();
  const weights = encodeWeights(parameters);
  const trained: TrainedModel = {
    task: data.task,
    output: outputOf(config, data),
    classes: data.classes,
    features: config.features,
    preprocessing: data.preprocessing,
    layers: [...fit.layers],
    target_scaling: data.targetScaling,
    dtype,
  };
  const weightsSha256 = createHash('sha256').update(weights).digest('hex');
  return { trained, weights, weightsSha256, parameters: parameters.length };
}

/**
 * Metrics of the training and of the validation rows, in the target's units.
 *
 * @throws JobFailure `diverged` when an output is not finite, `unsupported_data` when a regression's metric overflows
 */
export function measure(
  { trained, weights }: PackagedModel,
  { train, validation }: PreparedData,
  kernels: Kernels,
  poll: () => void,
): SplitMetrics {
  const predictor = createPredictor(trained, weights, kernels);
  return {
    train: metricsOf(trained, train, predictor, poll),
    validation: validation && metricsOf(trained, validation, predictor, poll),
  };
}

function outputOf(config: ResolvedModelConfig, { task, outputs }: PreparedData): TrainedModel['output'] {
  if (task === 'regression') return 'value';
  if (config.type === 'perceptron') return 'step';
  return outputs === 1 ? 'sigmoid' : 'softmax';
}

function metricsOf(
  trained: TrainedModel,
  rows: PreparedRows,
  predictor: Predictor,
  poll: () => void,
): Metrics {
  return metricsOfScores(trained, rows.truth, predictor.scores(rows.x, poll), poll);
}
