/** The penalty l1·‖w‖₁, which has a kink at 0: its value, its subgradients, and what they say of an optimum. */
import type { Objective } from './solver.ts';

type Penalised = Pick<Objective, 'l1' | 'penalised'>;

/** l1·‖w‖₁. */
export function l1Value({ l1, penalised }: Penalised, theta: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < penalised; i++) sum += Math.abs(theta[i]);
  return l1 * sum;
}

/** gradient += l1·sign(w), the subgradient that is 0 at w = 0. */
export function addL1Signs({ l1, penalised }: Penalised, theta: Float64Array, gradient: Float64Array): void {
  for (let i = 0; i < penalised; i++) gradient[i] += l1 * Math.sign(theta[i]);
}

/**
 * Max-norm of the shortest subgradient of J at θ, which is 0 at the optimum alone: a weight of 0 may stay there while the smooth
 * part's gradient pulls by no more than l1.
 *
 * @param gradient of the smooth part, in the coordinates of θ
 */
export function subgradientMaxNorm(
  { l1, penalised }: Penalised,
  theta: Float64Array,
  gradient: Float64Array,
): number {
  let norm = 0;
  for (let i = 0; i < gradient.length; i++) {
    const g = gradient[i];
    const isKink = i < penalised && theta[i] === 0;
    const length = isKink
      ? Math.max(0, Math.abs(g) - l1)
      : Math.abs(i < penalised ? g + l1 * Math.sign(theta[i]) : g);
    norm = Math.max(norm, length);
  }
  return norm;
}
