/** Fits linear, logistic and softmax regression: convex problems, each iteration of whose solver counts as an epoch. */
import type {
  LinearRegressionConfig,
  LogisticRegressionConfig,
  ResolvedModelConfig,
} from '../contracts/model-config.ts';
import { losses } from '../math/losses/index.ts';
import { createGlmObjective } from '../math/solvers/glm-objective.ts';
import { createGradientDescent } from '../math/solvers/gradient-descent.ts';
import { createLbfgs } from '../math/solvers/lbfgs.ts';
import { createNewton } from '../math/solvers/newton.ts';
import type { Solver, SolverState } from '../math/solvers/solver.ts';
import { epochMetrics } from './epoch-score.ts';
import { type Fit, type FitOptions, type FitState, tensorsOf } from './fit.ts';
import { layerParameters, linearLayer } from './linear-layer.ts';
import { createLinearScorer } from './linear-scores.ts';

export type GlmConfig = Extract<ResolvedModelConfig, LinearRegressionConfig | LogisticRegressionConfig>;

export function createGlmFit({ config, data, poll, state: saved }: FitOptions<GlmConfig>): Fit {
  const { train, validation, outputs, task, loss } = data;
  const { fit_intercept: fitIntercept, l2 } = config;
  const objective = createGlmObjective({
    loss,
    x: train.x,
    target: train.target,
    outputs,
    fitIntercept,
    l2,
    poll,
  });
  const solver = solverOf(config.solver);
  const state = saved ? restored(saved) : solver.init(objective);
  const shape = { outputs, fitIntercept, rowLoss: losses[loss].row };
  const scoreTrain = createLinearScorer(train, shape, poll);
  const scoreHeld = validation && createLinearScorer(validation, shape, poll);
  const layer = linearLayer(data);

  function penalty(): number {
    const weights = state.theta.subarray(0, layer.inputs * outputs);
    return 0.5 * l2 * weights.reduce((sum, weight) => sum + weight * weight, 0);
  }

  return {
    layers: [layer],
    epoch() {
      const report = solver.iterate(objective, state);
      const held = scoreHeld?.(state.theta);
      return {
        loss: report.loss,
        validationLoss: held ? held.loss / held.rows + penalty() : null,
        metrics: {
          ...epochMetrics(task, scoreTrain(state.theta), 1),
          ...(held && epochMetrics(task, held, 1, 'validation_')),
        },
        stopReason: report.converged || config.solver.type === 'normal_equations' ? 'converged' : null,
      };
    },
    state: () => ({
      values: { iteration: state.iteration },
      tensors: { theta: state.theta.slice(), ...tensorsOf(state) },
    }),
    parameters: () => layerParameters(state.theta, layer),
    finish: () => [],
  };
}

function solverOf(solver: GlmConfig['solver']): Solver {
  switch (solver.type) {
    case 'normal_equations':
      // Newton's step is exact on a quadratic: one solve of the normal equations and one of its refinement.
      return createNewton({ tolerance: 0 });
    case 'newton':
      return createNewton({ tolerance: solver.tolerance });
    case 'lbfgs':
      return createLbfgs({ tolerance: solver.tolerance });
    case 'gradient_descent':
      return createGradientDescent({
        learningRate: solver.learning_rate,
        reduction: solver.reduction,
        tolerance: solver.tolerance,
      });
  }
}

/** The inverse of the fit's `state`. */
function restored({ values, tensors }: FitState): SolverState {
  const named = (kind: string) =>
    Object.entries(tensors).flatMap(([name, array]) =>
      name.startsWith(kind) ? [[name.slice(kind.length), array as Float64Array] as const] : [],
    );
  return {
    iteration: values.iteration as number,
    theta: tensors.theta as Float64Array,
    tensors: Object.fromEntries(named('tensor.')),
    scalars: Object.fromEntries(named('scalar.').map(([name, array]) => [name, array[0]])),
  };
}
