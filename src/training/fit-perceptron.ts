/** Fits a perceptron by Rosenblatt's rule, row by row, until an epoch passes without a mistake. */
import type { PerceptronConfig } from '../contracts/model-config.ts';
import type { FloatArray } from '../math/matrix.ts';
import { perceptronPass } from '../math/solvers/perceptron-rule.ts';
import { createEpochMeasure } from './epoch-score.ts';
import { createEpochWalk } from './epoch-walk.ts';
import type { Fit, FitOptions } from './fit.ts';
import { linearLayer } from './linear-layer.ts';
import { createLinearScorer } from './linear-scores.ts';

/** Multiply-adds between two steps: a fraction of a millisecond. */
const stepWork = 2 ** 18;

/** The loss is the criterion as the rows were visited; the accuracy is that of the weights at the epoch's end. */
export function createPerceptronFit(options: FitOptions<PerceptronConfig>): Fit {
  const { config, data, poll, onStep, state, start } = options;
  const { train, validation, outputs } = data;
  const { fit_intercept: fitIntercept } = config;
  const layer = linearLayer(data);
  const theta = new Float64Array((layer.inputs + 1) * outputs);
  if (state) theta.set(state.tensors.theta);
  else if (start) theta.set(start);
  const weights = theta.subarray(0, layer.inputs * outputs);
  const bias = theta.subarray(layer.inputs * outputs);
  const walk = createEpochWalk({
    rows: train.x.rows,
    shuffle: config.shuffle,
    seed: config.seed,
    zero: { mistakes: 0, criterion: 0 },
    state,
  });
  const stepRows = Math.max(1, Math.floor(stepWork / (layer.inputs * outputs)));
  // Without an intercept b stays 0, so the scorer may always add it.
  const shape = { outputs, fitIntercept: true, rowLoss: criterion };
  const scoreTrain = createLinearScorer(train, shape, poll);
  const measure = createEpochMeasure(data, train);
  const measureHeld = validation && createEpochMeasure(data, validation, 'validation_');
  const scoreHeld = validation && createLinearScorer(validation, shape, poll);

  const { order, sums } = walk;

  /** Visits all training rows that this epoch has not seen yet. */
  function descend(): void {
    walk.begin();
    const { x, target, weights: rowWeights } = train;
    while (walk.row < order.length) {
      const visited = order.subarray(walk.row, walk.row + stepRows);
      perceptronPass({ x, target, rowWeights, outputs, order: visited, weights, bias, fitIntercept }, sums);
      walk.row += visited.length;
      onStep();
    }
  }

  return {
    layers: [layer],
    epoch() {
      descend();
      walk.end();
      const held = scoreHeld?.(theta);
      return {
        loss: sums.criterion / order.length,
        validationLoss: held ? held.loss / held.rows : null,
        metrics: {
          ...measure(scoreTrain(theta)),
          ...(held && measureHeld?.(held)),
        },
        stopReason: sums.mistakes === 0 ? 'converged' : null,
      };
    },
    state() {
      const { values, tensors } = walk.state();
      return { values, tensors: { theta: theta.slice(), ...tensors } };
    },
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
