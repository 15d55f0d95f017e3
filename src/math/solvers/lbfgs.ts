/** L-BFGS: the solver for problems whose Hessian would be too large. */
import { copyIterate, type Iterate, searchLine } from './line-search.ts';
import { type CenteredObjective, dot, maxNorm, reportStep, type Solver, type SolverState } from './solver.ts';

/** Pairs of steps and gradient changes that stand for the curvature. */
const memory = 10;

/**
 * Limited-memory BFGS with a strong Wolfe line search, in centred coordinates: from 0 every iterate lies in the span of the
 * centred rows, so that it tends to the optimum of least ‖w‖ where the optimum is not unique.
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
      const progress = { loss, lowestLoss: loss, lowestNorm: maxNorm(tensors.gradient), idle: 0 };
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
    applyInverseHessian(state, direction);
    objective.pace(4 * memory * objective.size);
    const slope = dot(direction, start.gradient);
    // Without curvature the first step is as long as 1 allows: the gradient's length says nothing of the distance.
    const first = scalars.pairs > 0 ? 1 : Math.min(1, 1 / Math.sqrt(-slope));
    if (slope < 0 && searchLine(objective, start, direction, first, found)) {
      remember(state, start, found);
      copyIterate(found, start);
      return isProgress(scalars, found);
    }
    if (scalars.pairs === 0) return false;
    scalars.pairs = 0;
  }
}

/**
 * Near the optimum J no longer falls and the gradient's norm falls only now and then: as many steps in vain as the memory is long
 * are the end.
 */
function isProgress(scalars: Record<string, number>, { loss, gradient }: Iterate): boolean {
  const norm = maxNorm(gradient);
  scalars.idle = loss < scalars.lowestLoss || norm < scalars.lowestNorm ? 0 : scalars.idle + 1;
  scalars.loss = loss;
  scalars.lowestLoss = Math.min(scalars.lowestLoss, loss);
  scalars.lowestNorm = Math.min(scalars.lowestNorm, norm);
  return scalars.idle < memory;
}

/** Stores a pair over the oldest one; not one whose curvature is lost in rounding. */
function remember({ tensors, scalars }: SolverState, start: Iterate, found: Iterate): void {
  const size = start.point.length;
  const step = found.point.map((v, i) => v - start.point[i]);
  const change = found.gradient.map((v, i) => v - start.gradient[i]);
  if (!(dot(step, change) > Number.EPSILON * dot(change, change))) return;
  scalars.newest = (scalars.newest + 1) % memory;
  scalars.pairs = Math.min(scalars.pairs + 1, memory);
  tensors.steps.set(step, scalars.newest * size);
  tensors.changes.set(change, scalars.newest * size);
}

/** v := H·v by the two loops of algorithm 7.4, newest pair first and then back; v itself when there is none. */
function applyInverseHessian({ tensors, scalars }: SolverState, v: Float64Array): void {
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
  if (pairs.length > 0) {
    const { change, curvature } = pairs[0];
    const scale = curvature / dot(change, change);
    for (let i = 0; i < size; i++) v[i] *= scale;
  }
  for (const { step, change, curvature, alpha } of pairs.reverse()) {
    const beta = dot(change, v) / curvature;
    for (let i = 0; i < size; i++) v[i] += (alpha - beta) * step[i];
  }
}
