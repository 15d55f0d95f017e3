/** Fits a perceptron by Rosenblatt's rule, row by row, until an epoch passes without a mistake. */
import type { PerceptronConfig } from '../contracts/model-config.ts';
import type { FloatArray } from '../math/matrix.ts';
import { createRandom, type RandomState, restoreRandom } from '../math/random.ts';
import { perceptronEpoch } from '../math/solvers/perceptron-rule.ts';
import { epochMetrics } from './epoch-score.ts';
import type { Fit, FitOptions } from './fit.ts';
import { linearLayer } from './linear-layer.ts';
import { createLinearScorer } from './linear-scores.ts';
import { randomStreams } from './random-streams.ts';

/** The loss is the criterion as the rows were visited; the accuracy is that of the weights at the epoch's end. */
export function createPerceptronFit({ config, data, poll, state }: FitOptions<PerceptronConfig>): Fit {
  const { train, validation, outputs, task } = data;
  const { fit_intercept: fitIntercept } = config;
  const layer = linearLayer(data);
  const theta = new Float64Array((layer.inputs + 1) * outputs);
  if (state) theta.set(state.tensors.theta);
  const weights = theta.subarray(0, layer.inputs * outputs);
  const bias = theta.subarray(layer.inputs * outputs);
  const shuffling = state
    ? restoreRandom(state.values.shuffle as RandomState)
    : createRandom(config.seed, randomStreams.shuffle);
  const order = new Uint32Array(train.x.rows);
  // Without an intercept b stays 0, so the scorer may always add it.
  const shape = { outputs, fitIntercept: true, rowLoss: criterion };
  const scoreTrain = createLinearScorer(train, shape, poll);
  const scoreHeld = validation && createLinearScorer(validation, shape, poll);

  return {
    layers: [layer],
    epoch() {
      for (let row = 0; row < order.length; row++) order[row] = row;
      if (config.shuffle) shuffling.shuffle(order);
      const { x, target } = train;
      const { mistakes, loss } = perceptronEpoch({
        x,
        target,
        outputs,
        order,
        weights,
        bias,
        fitIntercept,
        poll,
      });
      const held = scoreHeld?.(theta);
      return {
        loss,
        validationLoss: held ? held.loss / held.rows : null,
        metrics: {
          ...epochMetrics(task, scoreTrain(theta), 1),
          ...(held && epochMetrics(task, held, 1, 'validation_')),
        },
        stopReason: mistakes === 0 ? 'converged' : null,
      };
    },
    state: () => ({ values: { shuffle: shuffling.state() }, tensors: { theta: theta.slice() } }),
    parameters: () => theta.slice(),
    finish: () => [],
  };
}

/** Σ_c max(0, −y·z), y = 1 for the row's class and −1 for the rest; one output stands for class 1. */
function criterion(logits: FloatArray, start: number, outputs: number, target: number): number {
  let sum = 0;
  for (let c = 0; c < outputs; c++) {
    const z = logits[start + c];
    const isClass = target === (outputs === 1 ? 1 : c);
    sum += Math.max(0, isClass ? -z : z);
  }
  return sum;
}
