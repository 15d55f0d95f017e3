/** Newton's method: the solver that reaches a convex optimum to machine precision in a few iterations. */
import { createLeastNormSolver, type LeastNormSolver } from '../linear-algebra/least-norm-solver.ts';
import { dot, maxNorm } from '../linear-algebra/vectors.ts';
import { copyIterate, type Iterate, lossNoise } from './line-search.ts';
import { type CenteredObjective, reportStep, type Solver } from './solver.ts';

/** Armijo's constant (Nocedal & Wright, Numerical Optimization, eq. 3.4). */
const sufficientDecrease = 1e-4;
/** A step shorter than this is none: from a start where the curvature has vanished, a full one may be far too long. */
const shortestStep = 2 ** -60;

/**
 * θ := θ − t·H⁺·∂J/∂θ in centred coordinates, with t halved from 1 until J has decreased enough, so that it never diverges, on
 * separable data either. H⁺ is the pseudo-inverse: from 0 this ends at the optimum of least ‖w‖ where the optimum is not unique
 * (redundant columns; a softmax without penalty, whose weights and intercepts then add up to 0 over the classes).
 *
 * A quadratic objective takes one exact step and one of iterative refinement: the normal equations, solved.
 *
 * Converged: gradient max-norm ≤ tolerance; or no step decreases J or the gradient any more, so that no better θ can be told
 * apart. Never with tolerance 0. Where the Hessian overflows, the reported loss is NaN and θ stays as it was.
 *
 * @see Nocedal & Wright, Numerical Optimization, §3.3
 */
export function createNewton({ tolerance }: { readonly tolerance: number }): Solver {
  let hessian = new Float64Array(0);
  return {
    init(objective, theta0 = new Float64Array(objective.size)) {
      const point = new Float64Array(objective.size);
      const gradient = new Float64Array(objective.size);
      const centered = objective.centered();
      centered.fromTheta(theta0, point);
      const loss = centered.evaluate(point, gradient);
      return { iteration: 0, theta: theta0.slice(), tensors: { point, gradient }, scalars: { loss } };
    },
    iterate(objective, state) {
      const centered = objective.centered();
      const { size } = centered;
      const { point, gradient } = state.tensors;
      if (hessian.length !== size * size) hessian = new Float64Array(size * size);
      centered.hessian(point, hessian);
      const solve = createLeastNormSolver(hessian, size, centered.pace);
      state.iteration++;
      if (solve === null) {
        return { loss: Number.NaN, gradientMaxNorm: Number.NaN, converged: false };
      }
      const current = { point, gradient, loss: state.scalars.loss };
      let moved = descend(centered, current, solve);
      if (objective.isQuadratic) {
        descend(centered, current, solve);
        moved = false;
      }
      state.scalars.loss = current.loss;
      centered.toTheta(point, state.theta);
      const gradientMaxNorm = centered.gradientMaxNorm(gradient);
      return reportStep(current.loss, gradientMaxNorm, moved, tolerance);
    },
  };
}

/** Moves along −H⁺·gradient to the first halved step that is acceptable, and tells whether there is one. */
function descend(objective: CenteredObjective, current: Iterate, solve: LeastNormSolver): boolean {
  const { point, gradient, loss } = current;
  const direction = gradient.slice();
  solve(direction);
  const decrease = dot(gradient, direction);
  const norm = maxNorm(gradient);
  const trial: Iterate = {
    point: new Float64Array(point.length),
    gradient: new Float64Array(point.length),
    loss: 0,
  };
  for (let t = 1; t > shortestStep && t * decrease > 0; t /= 2) {
    for (let i = 0; i < point.length; i++) trial.point[i] = point[i] - t * direction[i];
    trial.loss = objective.evaluate(trial.point, trial.gradient);
    // Where the expected decrease drowns in the rounding of J, only the gradient still tells; J would wander for ever.
    const isDrowned = t * decrease <= lossNoise * loss;
    const isBetter = isDrowned
      ? trial.loss <= loss * (1 + lossNoise) && maxNorm(trial.gradient) < norm
      : trial.loss <= loss - sufficientDecrease * t * decrease;
    if (isBetter) {
      copyIterate(trial, current);
      return true;
    }
    if (isDrowned) break;
  }
  return false;
}
