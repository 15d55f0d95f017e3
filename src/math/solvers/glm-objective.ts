/** The objective of linear, logistic and softmax regression: one convex function for the solvers to minimise. */
import { maxNorm } from '../linear-algebra/vectors.ts';
import { losses } from '../losses/index.ts';
import { requireLength, ShapeError } from '../matrix.ts';
import { createPace, type Pace } from '../pace.ts';
import { columnMeans, meanSquare } from './design-columns.ts';
import { createGlmHessian } from './glm-hessian.ts';
import { createPassData, createRowPass, type GlmProblem, type PassData, type RowSums } from './row-pass.ts';
import type { CenteredObjective, GlmObjective, Objective } from './solver.ts';

export type { GlmProblem } from './row-pass.ts';

/**
 * J(θ) = (1/m) Σᵢ cᵢ·loss(Wᵀxᵢ + b, yᵢ) + (λ/2)‖W‖², and l1·‖W‖₁ for the solvers to add; the intercepts b are not penalised. θ is W
 * row-major [k, C], then b [C] unless `fitIntercept` is false. Parameters and sums are f64 whatever x is.
 *
 * @throws ShapeError when x has no row, target is not [m], or a loss of one logit is given several
 */
export function createGlmObjective(problem: GlmProblem): GlmObjective {
  const { x, outputs } = problem;
  requireLength('objective target', problem.target, x.rows);
  if (problem.weights) requireLength('objective weights', problem.weights, x.rows);
  if (x.rows === 0) throw new ShapeError('objective: expected x of at least one row, got [0, …]');
  if (losses[problem.loss].isScalar && outputs !== 1) {
    throw new ShapeError(`objective: ${problem.loss} expects 1 output, got ${outputs}`);
  }
  const pace = createPace(problem.poll);
  const data = createPassData(problem);
  const raw = createObjective(problem, data, null, pace);
  let centered: (CenteredObjective & Remembering) | null = null;
  return {
    ...raw,
    centered() {
      centered ??= createCentered(problem, data, raw, pace);
      return centered;
    },
    score(theta) {
      // A solver's last evaluation is nearly always of the θ that it ends at: its sums are known.
      if (equal(raw.last.point, theta)) return raw.last.sums;
      if (centered) {
        const there = new Float64Array(theta.length);
        centered.toTheta(centered.last.point, there);
        if (equal(there, theta)) return centered.last.sums;
      }
      raw.evaluate(theta, null);
      return raw.last.sums;
    },
  };
}

/** The last evaluation. */
interface Remembering {
  readonly last: { readonly point: Float64Array; sums: RowSums };
}

/** J with `means` (when given) subtracted from the columns of x. */
function createObjective(
  problem: GlmProblem,
  data: PassData,
  means: Float64Array | null,
  pace: Pace,
): Objective & Remembering {
  const { x, outputs, l1, l2, kernels } = problem;
  const pass = createRowPass(problem, data, means, pace);
  const { width } = pass.block;
  const columns = problem.fitIntercept ? x.columns + 1 : x.columns;
  const size = columns * outputs;
  const penalised = x.columns * outputs;
  const sums = kernels.allocate(outputs * width);
  const last: Remembering['last'] = {
    point: new Float64Array(size).fill(Number.NaN),
    sums: { loss: Number.NaN, correct: 0 },
  };
  return {
    size,
    penalised,
    rows: x.rows,
    l1,
    isQuadratic: problem.loss === 'half_squared_error',
    pace,
    last,
    evaluate(theta, gradient) {
      sums.fill(0);
      last.sums = pass.evaluate(theta, gradient && sums);
      last.point.set(theta);
      let squares = 0;
      for (let i = 0; i < penalised; i++) squares += theta[i] * theta[i];
      if (gradient !== null) {
        for (let i = 0; i < size; i++) {
          gradient[i] = sums[(i % outputs) * width + Math.floor(i / outputs)] / x.rows;
        }
        for (let i = 0; i < penalised; i++) gradient[i] += l2 * theta[i];
      }
      return last.sums.loss / x.rows + 0.5 * l2 * squares;
    },
    hessian: createGlmHessian(problem, pass, pace),
  };
}

function createCentered(
  problem: GlmProblem,
  data: PassData,
  raw: Objective & Remembering,
  pace: Pace,
): CenteredObjective & Remembering {
  const { x, outputs } = problem;
  if (!problem.fitIntercept) {
    return {
      ...raw,
      metric: createMetric(problem, null, pace),
      toTheta: (point, theta) => theta.set(point),
      fromTheta: (theta, point) => point.set(theta),
      gradientInTheta: (gradient, out) => out.set(gradient),
      gradientMaxNorm: maxNorm,
    };
  }
  const means = columnMeans(problem, pace);
  const weights = x.columns * outputs;
  /** b of `to` = b of `from` + sign · x̄ᵀW. */
  const shiftIntercept = (from: Float64Array, to: Float64Array, sign: number): void => {
    to.set(from);
    for (let i = 0; i < weights; i++)
      to[weights + (i % outputs)] += sign * means[Math.floor(i / outputs)] * from[i];
  };
  const gradientInTheta = (gradient: Float64Array, out: Float64Array): void => {
    // ∂J/∂w = ∂J/∂w′ + x̄·∂J/∂b′.
    for (let i = 0; i < gradient.length; i++) {
      const mean = i < weights ? means[Math.floor(i / outputs)] : 0;
      out[i] = gradient[i] + mean * gradient[weights + (i % outputs)];
    }
  };
  const inTheta = new Float64Array(raw.size);
  return {
    ...createObjective(problem, data, means, pace),
    metric: createMetric(problem, means, pace),
    toTheta: (point, theta) => shiftIntercept(point, theta, -1),
    fromTheta: (theta, point) => shiftIntercept(theta, point, 1),
    gradientInTheta,
    gradientMaxNorm(gradient) {
      gradientInTheta(gradient, inTheta);
      return maxNorm(inTheta);
    },
  };
}

function createMetric(problem: GlmProblem, means: Float64Array | null, pace: Pace): Float64Array {
  const { x, outputs, fitIntercept } = problem;
  const square = meanSquare(problem, means, pace);
  const metric = new Float64Array((x.columns + (fitIntercept ? 1 : 0)) * outputs).fill(1);
  const inverse = Number.isFinite(square) ? 1 / square : Number.NaN;
  // Columns that are all 0, or vanish when squared, have no unit, and no gradient to speak of.
  return inverse === Number.POSITIVE_INFINITY ? metric : metric.fill(inverse, 0, x.columns * outputs);
}

function equal(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
