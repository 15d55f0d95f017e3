/** Fits linear, logistic and softmax regression: convex problems, each iteration of whose solver counts as an epoch. */
import type {
  LinearRegressionConfig,
  LogisticRegressionConfig,
  ResolvedModelConfig,
} from '../contracts/model-config.ts';
import { createGlmObjective, type GlmProblem } from '../math/solvers/glm-objective.ts';
import { createGradientDescent } from '../math/solvers/gradient-descent.ts';
import { l1Value } from '../math/solvers/l1-penalty.ts';
import { createLbfgs } from '../math/solvers/lbfgs.ts';
import { createNewton } from '../math/solvers/newton.ts';
import { createProximalGradient } from '../math/solvers/proximal-gradient.ts';
import type { Solver, SolverState } from '../math/solvers/solver.ts';
import { createEpochRanking } from './epoch-auc.ts';
import { createEpochMeasure } from './epoch-score.ts';
import { type Fit, type FitOptions, type FitState, tensorsOf } from './fit.ts';
import { layerParameters, linearLayer } from './linear-layer.ts';
import { createLinearLogits } from './linear-scores.ts';
import { createSeparationWatch } from './separable-data.ts';

export type GlmConfig = Extract<ResolvedModelConfig, LinearRegressionConfig | LogisticRegressionConfig>;
/** Every solver but the one that goes by mini-batches. */
type SolverConfig = Exclude<GlmConfig['solver'], { type: 'sgd' }>;

export function createGlmFit(
  { config, data, glmKernels, poll, state: saved, start }: FitOptions<GlmConfig>,
  settings: SolverConfig,
): Fit {
  const { train, validation, outputs, loss } = data;
  const { fit_intercept: fitIntercept, l1, l2 } = config;
  const kernels = glmKernels!;
  const problemOf = ({ x, target, weights }: typeof train): GlmProblem => {
    return { loss, x, target, weights, outputs, fitIntercept, l1, l2, kernels, poll };
  };
  const problem = problemOf(train);
  const objective = createGlmObjective(problem);
  const held = validation && createGlmObjective(problemOf(validation));
  const solver = solverOf(settings);
  // What solves at once needs no start; a model without intercepts has no place for theirs.
  const theta0 = settings.type === 'normal_equations' ? undefined : start?.subarray(0, objective.size);
  const state = saved ? restored(saved) : solver.init(objective, theta0);
  const previous = saved ? (saved.tensors.previous_theta as Float64Array).slice() : state.theta.slice();
  const separation = createSeparationWatch(problem);
  const layer = linearLayer(data);
  const measure = createEpochMeasure(data, train);
  const measureHeld = validation && createEpochMeasure(data, validation, 'validation_');
  const ranking = createEpochRanking(data);
  const showHeld = ranking && validation && createLinearLogits(validation.x, outputs, fitIntercept, poll);

  function penalty(): number {
    const weights = state.theta.subarray(0, objective.penalised);
    return l1Value(objective, weights) + 0.5 * l2 * weights.reduce((sum, weight) => sum + weight * weight, 0);
  }

  function stopReason(value: number, correct: number, converged: boolean) {
    const hasConverged = converged || settings.type === 'normal_equations';
    const isAllRight = correct === train.x.rows;
    const { theta } = state;
    if (separation?.isSeparated({ theta, previous, loss: value, isAllRight, hasConverged })) {
      return 'separable_data';
    }
    return hasConverged ? 'converged' : null;
  }

  return {
    layers: [layer],
    epoch() {
      previous.set(state.theta);
      const report = solver.iterate(objective, state);
      const sums = { rows: train.x.rows, ...objective.score(state.theta) };
      const heldSums = held && validation && { rows: validation.x.rows, ...held.score(state.theta) };
      if (ranking) showHeld?.(state.theta, ranking.add);
      return {
        loss: report.loss,
        validationLoss: heldSums ? heldSums.loss / heldSums.rows + penalty() : null,
        metrics: {
          ...measure(sums),
          ...(heldSums && measureHeld?.(heldSums)),
          ...ranking?.take(),
        },
        stopReason: stopReason(report.loss, sums.correct, report.converged),
      };
    },
    state: () => ({
      values: { iteration: state.iteration },
      tensors: { theta: state.theta.slice(), previous_theta: previous.slice(), ...tensorsOf(state) },
    }),
    parameters: () => layerParameters(state.theta, layer),
    finish: () => separation?.warnings() ?? [],
  };
}

function solverOf(solver: SolverConfig): Solver {
  switch (solver.type) {
    case 'normal_equations':
      // Newton's step is exact on a quadratic: one solve of the normal equations and one of its refinement.
      return createNewton({ tolerance: 0 });
    case 'newton':
      return createNewton({ tolerance: solver.tolerance });
    case 'lbfgs':
      return createLbfgs({ tolerance: solver.tolerance });
    case 'proximal_gradient':
      return createProximalGradient({ tolerance: solver.tolerance });
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
