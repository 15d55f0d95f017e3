/** How far to go along a direction: a strong Wolfe search made for convex objectives. */
import { dot } from '../linear-algebra/vectors.ts';
import type { Objective } from './solver.ts';

/** Constants of eq. 3.7 of Nocedal & Wright, the usual ones for quasi-Newton directions. */
const sufficientDecrease = 1e-4;
const curvatureLimit = 0.9;
/** Trials within a bracket, and at all where J can no longer tell steps apart. */
const maxTrials = 30;

/**
 * Relative rounding of J as a sum over many rows. Within it J cannot tell a better point from a worse one, and a step is judged
 * by the gradient, which still can (Hager & Zhang 2005, the approximate Wolfe conditions).
 */
export const lossNoise = 1e-13;

/** A point with J and ∂J/∂θ there. */
export interface Iterate {
  readonly point: Float64Array;
  readonly gradient: Float64Array;
  loss: number;
}

/** Copies `from` over `to`. */
export function copyIterate(from: Iterate, to: Iterate): void {
  to.point.set(from.point);
  to.gradient.set(from.gradient);
  to.loss = from.loss;
}

/**
 * Finds t with J(t) ≤ J(0) + 10⁻⁴·t·J′(0), give or take rounding, and |J′(t)| ≤ 0.9·|J′(0)| along `direction`, by bracketing the root of J′, which for a
 * convex J only rises. A J that is not finite counts as too far.
 *
 * @param first  the step to try first, > 0
 * @param result overwritten with the last point tried: the one found when true is returned
 * @returns false when there is none: J cannot be lowered along `direction` at this precision
 * @see Nocedal & Wright, Numerical Optimization, §3.5
 */
export function searchLine(
  objective: Objective,
  start: Iterate,
  direction: Float64Array,
  first: number,
  result: Iterate,
): boolean {
  const slope0 = dot(start.gradient, direction);
  let t = first;
  let low = 0;
  let lowSlope = slope0;
  let high = Number.POSITIVE_INFINITY;
  let highSlope = Number.NaN;
  // While every trial was too far, the scale of the problem is still sought: 1e-40 of the first step is not too short for columns in
  // units of 1e20, as long as J could fall by more than its rounding.
  const isSeekingScale = () => low === 0 && -t * slope0 > lossNoise * start.loss;
  for (let trial = 0; trial < maxTrials || isSeekingScale(); trial++) {
    for (let i = 0; i < direction.length; i++) result.point[i] = start.point[i] + t * direction[i];
    result.loss = objective.evaluate(result.point, result.gradient);
    const slope = dot(result.gradient, direction);
    const isLower = result.loss <= start.loss * (1 + lossNoise) + sufficientDecrease * t * slope0;
    if (isLower && Math.abs(slope) <= curvatureLimit * -slope0) return true;
    if (isLower && slope < 0) {
      low = t;
      lowSlope = slope;
    } else {
      high = t;
      highSlope = slope;
    }
    t = nextStep(low, lowSlope, high, highSlope);
  }
  return false;
}

/**
 * The secant's root of J′ within the bracket, kept a tenth of it from the ends; four times as far while there is no upper end, and at
 * most half as far while there is no lower one.
 */
function nextStep(low: number, lowSlope: number, high: number, highSlope: number): number {
  if (high === Number.POSITIVE_INFINITY) return 4 * low;
  const secant = -lowSlope / (highSlope - lowSlope);
  const longest = low === 0 ? 0.5 : 0.9;
  const fraction = Number.isFinite(highSlope) ? Math.min(longest, Math.max(0.1, secant)) : 0.1;
  return low + fraction * (high - low);
}
