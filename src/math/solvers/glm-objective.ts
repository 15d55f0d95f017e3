/** The objective of linear, logistic and softmax regression: one convex function for the solvers to minimise. */
import { maxNorm } from '../linear-algebra/vectors.ts';
import { losses } from '../losses/index.ts';
import { requireLength, ShapeError } from '../matrix.ts';
import { createPace, type Pace } from '../pace.ts';
import { columnMeans, meanSquare } from './design-rows.ts';
import { createGlmHessian } from './glm-hessian.ts';
import { addGroupGradient } from './group-products.ts';
import { createRowPass, type GlmProblem, transpose } from './row-pass.ts';
import type { CenteredObjective, GlmObjective, Objective } from './solver.ts';

export type { GlmProblem } from './row-pass.ts';

/**
 * J(θ) = (1/m) Σᵢ loss(Wᵀxᵢ + b, yᵢ) + (λ/2)‖W‖²; the intercepts b are not penalised. θ is W row-major [k, C], then b [C]
 * unless `fitIntercept` is false. Parameters and sums are f64 whatever x is.
 *
 * @throws ShapeError when x has no row, target is not [m], or a loss of one logit is given several
 */
export function createGlmObjective(problem: GlmProblem): GlmObjective {
  const { x, outputs } = problem;
  requireLength('objective target', problem.target, x.rows);
  if (x.rows === 0) throw new ShapeError('objective: expected x of at least one row, got [0, …]');
  if (losses[problem.loss].isScalar && outputs !== 1) {
    throw new ShapeError(`objective: ${problem.loss} expects 1 output, got ${outputs}`);
  }
  const pace = createPace(problem.poll);
  const raw = createObjective(problem, null, pace);
  let centered: CenteredObjective | null = null;
  return {
    ...raw,
    centered() {
      centered ??= createCentered(problem, raw, pace);
      return centered;
    },
  };
}

/** J with `means` (when given) subtracted from the columns of x. */
function createObjective(problem: GlmProblem, means: Float64Array | null, pace: Pace): Objective {
  const { x, outputs, l2 } = problem;
  const pass = createRowPass(problem, means, pace);
  const { width, group, residuals } = pass;
  const size = width * outputs;
  const penalised = x.columns * outputs;
  const sums = new Float64Array(size);
  const addGradient = () => {
    addGroupGradient(group, residuals, width, outputs, sums);
    pace(4 * size);
  };
  const addNothing = () => {};
  return {
    size,
    rows: x.rows,
    isQuadratic: problem.loss === 'half_squared_error',
    pace,
    evaluate(theta, gradient) {
      sums.fill(0);
      const lossSum = pass.run(theta, gradient === null ? addNothing : addGradient);
      let squares = 0;
      for (let i = 0; i < penalised; i++) squares += theta[i] * theta[i];
      if (gradient !== null) {
        transpose(sums, outputs, width, gradient);
        for (let i = 0; i < size; i++) gradient[i] /= x.rows;
        for (let i = 0; i < penalised; i++) gradient[i] += l2 * theta[i];
      }
      return lossSum / x.rows + 0.5 * l2 * squares;
    },
    hessian: createGlmHessian(problem, pass, pace),
  };
}

function createCentered(problem: GlmProblem, raw: Objective, pace: Pace): CenteredObjective {
  const { x, outputs } = problem;
  if (!problem.fitIntercept) {
    return {
      ...raw,
      metric: createMetric(problem, null, pace),
      toTheta: (point, theta) => theta.set(point),
      fromTheta: (theta, point) => point.set(theta),
      gradientMaxNorm: maxNorm,
    };
  }
  const means = columnMeans(x, pace);
  const weights = x.columns * outputs;
  /** b of `to` = b of `from` + sign · x̄ᵀW. */
  const shiftIntercept = (from: Float64Array, to: Float64Array, sign: number): void => {
    to.set(from);
    for (let i = 0; i < weights; i++)
      to[weights + (i % outputs)] += sign * means[Math.floor(i / outputs)] * from[i];
  };
  return {
    ...createObjective(problem, means, pace),
    metric: createMetric(problem, means, pace),
    toTheta: (point, theta) => shiftIntercept(point, theta, -1),
    fromTheta: (theta, point) => shiftIntercept(theta, point, 1),
    // ∂J/∂w = ∂J/∂w′ + x̄·∂J/∂b′.
    gradientMaxNorm(gradient) {
      let norm = 0;
      for (let i = 0; i < gradient.length; i++) {
        const mean = i < weights ? means[Math.floor(i / outputs)] : 0;
        norm = Math.max(norm, Math.abs(gradient[i] + mean * gradient[weights + (i % outputs)]));
      }
      return norm;
    },
  };
}

function createMetric(problem: GlmProblem, means: Float64Array | null, pace: Pace): Float64Array {
  const { x, outputs, fitIntercept } = problem;
  const square = meanSquare(x, means, pace);
  const metric = new Float64Array((x.columns + (fitIntercept ? 1 : 0)) * outputs).fill(1);
  const inverse = Number.isFinite(square) ? 1 / square : Number.NaN;
  // Columns that are all 0, or vanish when squared, have no unit, and no gradient to speak of.
  return inverse === Number.POSITIVE_INFINITY ? metric : metric.fill(inverse, 0, x.columns * outputs);
}
