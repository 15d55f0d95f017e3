/** L-BFGS: the solver for problems whose Hessian would be too large. */
import { dot } from '../linear-algebra/vectors.ts';
import { copyIterate, type Iterate, searchLine } from './line-search.ts';
import { type CenteredObjective, reportStep, type Solver, type SolverState } from './solver.ts';

/** Pairs of steps and gradient changes that stand for the curvature. */
const memory = 10;

/**
 * Limited-memory BFGS with a strong Wolfe line search, in centred coordinates: from 0 every iterate lies in the span of the
 * centred rows, so that it tends to the optimum of least ‖w‖ where the optimum is not unique. Steps and gradients are measured in the
 * objective's metric, so that a unit which all columns share does not matter; columns whose units lie far apart slow it down.
 *
 * Converged: gradient max-norm ≤ tolerance; or neither J nor the gradient can be lowered any more. Never with tolerance 0.
 * Where J is not finite, the reported loss is not either, and θ stays as it was.
 *
 * @see Liu & Nocedal 1989; Nocedal & Wright, Numerical Optimization, algorithms 7.4 and 7.5
 */
export function createLbfgs({ tolerance }: { readonly tolerance: number }): Solver {
  return {
    init(objective, theta0 = new Float64Array(objective.size)) {
      const { size } = objective;
      const tensors = {
        point: new Float64Array(size),
        gradient: new Float64Array(size),
        steps: new Float64Array(memory * size),
        changes: new Float64Array(memory * size),
      };
      const centered = objective.centered();
      centered.fromTheta(theta0, tensors.point);
      const loss = centered.evaluate(tensors.point, tensors.gradient);
      const lowestSquare = squareLength(centered.metric, tensors.gradient);
      const progress = { loss, lowestLoss: loss, lowestSquare, idle: 0 };
      return { iteration: 0, theta: theta0.slice(), tensors, scalars: { ...progress, pairs: 0, newest: 0 } };
    },
    iterate(objective, state) {
      const centered = objective.centered();
      const moved = advance(centered, state);
      state.iteration++;
      centered.toTheta(state.tensors.point, state.theta);
      const gradientMaxNorm = centered.gradientMaxNorm(state.tensors.gradient);
      return reportStep(state.scalars.loss, gradientMaxNorm, moved, tolerance);
    },
  };
}

/** Takes one step, and tells whether there was one to take. A memory that no longer gives one is dropped. */
function advance(objective: CenteredObjective, state: SolverState): boolean {
  const { tensors, scalars } = state;
  const start: Iterate = { point: tensors.point, gradient: tensors.gradient, loss: scalars.loss };
  const found: Iterate = {
    point: new Float64Array(objective.size),
    gradient: new Float64Array(objective.size),
    loss: 0,
  };
  for (;;) {
    const direction = start.gradient.map((g) => -g);
    applyInverseHessian(state, objective.metric, direction);
    objective.pace(4 * memory * objective.size);
    const slope = dot(direction, start.gradient);
    // Without curvature the first step is at most as long as 1 in the metric: it changes logits by 1 or so.
    const first = scalars.pairs > 0 ? 1 : Math.min(1, 1 / Math.sqrt(-slope));
    if (slope < 0 && searchLine(objective, start, direction, first, found)) {
      remember(state, objective.metric, start, found);
      copyIterate(found, start);
      return isProgress(scalars, objective.metric, found);
    }
    if (scalars.pairs === 0) {
      // Where the squares of x or of the gradient overflow there is no length to step by: a failure, not an optimum.
      if (!Number.isFinite(slope)) scalars.loss = Number.NaN;
      return false;
    }
    scalars.pairs = 0;
  }
}

/**
 * Near the optimum J no longer falls and the gradient's norm falls only now and then: as many steps in vain as the memory is long
 * are the end.
 */
function isProgress(
  scalars: Record<string, number>,
  metric: Float64Array,
  { loss, gradient }: Iterate,
): boolean {
  const square = squareLength(metric, gradient);
  scalars.idle = loss < scalars.lowestLoss || square < scalars.lowestSquare ? 0 : scalars.idle + 1;
  scalars.loss = loss;
  scalars.lowestLoss = Math.min(scalars.lowestLoss, loss);
  scalars.lowestSquare = Math.min(scalars.lowestSquare, square);
  return scalars.idle < memory;
}

/** Stores a pair over the oldest one; not one whose curvature is lost in rounding. */
function remember(
  { tensors, scalars }: SolverState,
  metric: Float64Array,
  start: Iterate,
  found: Iterate,
): void {
  const size = start.point.length;
  const step = found.point.map((v, i) => v - start.point[i]);
  const change = found.gradient.map((v, i) => v - start.gradient[i]);
  if (!(dot(step, change) > Number.EPSILON * squareLength(metric, change))) return;
  scalars.newest = (scalars.newest + 1) % memory;
  scalars.pairs = Math.min(scalars.pairs + 1, memory);
  tensors.steps.set(step, scalars.newest * size);
  tensors.changes.set(change, scalars.newest * size);
}

/** v := H·v by the two loops of algorithm 7.4, newest pair first and then back, from H₀ = γ·P, P the metric; γ = 1 without a pair. */
function applyInverseHessian({ tensors, scalars }: SolverState, metric: Float64Array, v: Float64Array): void {
  const size = v.length;
  const pairs = Array.from({ length: scalars.pairs }, (_, age) => {
    const slot = (scalars.newest - age + memory) % memory;
    const step = tensors.steps.subarray(slot * size, (slot + 1) * size);
    const change = tensors.changes.subarray(slot * size, (slot + 1) * size);
    return { step, change, curvature: dot(step, change), alpha: 0 };
  });
  for (const pair of pairs) {
    pair.alpha = dot(pair.step, v) / pair.curvature;
    for (let i = 0; i < size; i++) v[i] -= pair.alpha * pair.change[i];
  }
  const scale = pairs.length > 0 ? pairs[0].curvature / squareLength(metric, pairs[0].change) : 1;
  for (let i = 0; i < size; i++) v[i] *= scale * metric[i];
  for (const { step, change, curvature, alpha } of pairs.reverse()) {
    const beta = dot(change, v) / curvature;
    for (let i = 0; i < size; i++) v[i] += (alpha - beta) * step[i];
  }
}

/** gᵀPg: the square of a gradient's length in the metric P. */
function squareLength(metric: Float64Array, gradient: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) sum += metric[i] * gradient[i] * gradient[i];
  return sum;
}
