/** What a solver minimises, and what every solver is: a pure state stepped one iteration at a time. */
import type { Pace } from '../pace.ts';
import type { RowSums } from './row-pass.ts';

/** A convex function J of θ [size], a mean over `rows` rows plus a penalty. Its methods share scratch: not re-entrant. */
export interface Objective {
  /** Length of θ. */
  readonly size: number;
  /** The first so many elements of θ are weights, which the penalties are on. */
  readonly penalised: number;
  /** Rows m that J is a mean over. */
  readonly rows: number;
  /** Weight of ‖w‖₁, which `evaluate` leaves out. */
  readonly l1: number;
  /** J is quadratic in θ: its Hessian is constant and one Newton step is exact. */
  readonly isQuadratic: boolean;
  /** Told of all work on the objective's behalf; throws to interrupt it. */
  readonly pace: Pace;
  /** The smooth part of J(θ); overwrites `gradient` [size] with its ∂/∂θ when given. Not finite where J overflows. */
  evaluate(theta: Float64Array, gradient: Float64Array | null): number;
  /** Overwrites `out`, row-major [size, size], with ∂²J/∂θ², both triangles. Allocates its scratch once. */
  hessian(theta: Float64Array, out: Float64Array): void;
}

/**
 * The same J in centred coordinates: with x − x̄ in place of x, and b′ = b + x̄ᵀw. There the intercept stands apart from the
 * redundancies among columns, so that a least-norm point has the least ‖w‖ whatever the intercept.
 */
export interface CenteredObjective extends Objective {
  /**
   * Diagonal of a metric that measures steps free of the columns' unit: 1/s² for weights and 1 for intercepts, s the root mean square
   * of all (centred) columns. One s for all weights: a metric of each column's own would move a least-norm point. NaN where s² overflows.
   */
  readonly metric: Float64Array;
  toTheta(point: Float64Array, theta: Float64Array): void;
  fromTheta(theta: Float64Array, point: Float64Array): void;
  /** ∂J/∂θ in the coordinates of θ, from the gradient in centred ones. Overwrites `out`. */
  gradientInTheta(centeredGradient: Float64Array, out: Float64Array): void;
  /** max |∂J/∂θⱼ| in the coordinates of θ, from the gradient in centred ones. NaN when an element is. */
  gradientMaxNorm(centeredGradient: Float64Array): number;
}

/** A penalised generalised linear model; θ is W row-major [k, outputs], then the intercepts [outputs] unless they are left out. */
export interface GlmObjective extends Objective {
  centered(): CenteredObjective;
  /** The sums over the rows at θ, without penalties. Costs nothing where a solver has just evaluated it. */
  score(theta: Float64Array): RowSums;
}

/** All that a solver needs to go on to the same bits: plain numbers and arrays, so a checkpoint is a copy of it. */
export interface SolverState {
  /** Iterations done. */
  iteration: number;
  readonly theta: Float64Array;
  readonly tensors: Record<string, Float64Array>;
  readonly scalars: Record<string, number>;
}

/** `loss` is J at the new θ. When it is not finite the iteration has failed and θ must not be used. */
export interface IterationReport {
  readonly loss: number;
  /** max |∂J/∂θⱼ| at the new θ. */
  readonly gradientMaxNorm: number;
  readonly converged: boolean;
}

export interface Solver {
  /** The state before the first iteration, at a copy of `theta0` [size] or at 0. */
  init(objective: GlmObjective, theta0?: Float64Array): SolverState;
  /** One iteration; changes the state in place. When the objective's poll throws in the middle, the state must be dropped. */
  iterate(objective: GlmObjective, state: SolverState): IterationReport;
}

/**
 * The report of a solver that only ever moves to a better θ: it has also converged when it could not move. An overflow anywhere
 * makes the loss NaN, so that it cannot pass for a result.
 */
export function reportStep(
  loss: number,
  gradientMaxNorm: number,
  moved: boolean,
  tolerance: number,
): IterationReport {
  if (!Number.isFinite(loss) || !Number.isFinite(gradientMaxNorm)) {
    return { loss: Number.NaN, gradientMaxNorm, converged: false };
  }
  return { loss, gradientMaxNorm, converged: tolerance > 0 && (gradientMaxNorm <= tolerance || !moved) };
}
