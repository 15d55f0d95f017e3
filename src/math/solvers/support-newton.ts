/** A Newton step among the weights that are not 0: what ends an l1 problem once it is known which those are. */
import { createLeastNormSolver } from '../linear-algebra/least-norm-solver.ts';
import { addL1Signs, l1Value } from './l1-penalty.ts';
import { lossNoise } from './line-search.ts';
import type { CenteredObjective, SolverState } from './solver.ts';

/** Above so many parameters the Hessian costs more than the steps that it saves. */
export const maxPolishedSize = 1_000;

/**
 * When the zeros have stayed the same for `nextPolish` iterations, steps by −H⁺·∂J on the other weights and the intercepts, as long as
 * no weight changes its sign and J falls. In vain, it waits twice as long before it tries again.
 */
export function polishSupport(objective: CenteredObjective, { tensors, scalars }: SolverState): void {
  if (objective.l1 === 0 || objective.size > maxPolishedSize || scalars.unchanged < scalars.nextPolish)
    return;
  const { point, gradient } = tensors;
  const trial = newtonPoint(objective, point, gradient);
  const there = new Float64Array(objective.size);
  const loss = trial ? objective.evaluate(trial, there) + l1Value(objective, trial) : Number.NaN;
  // Where J no longer tells steps apart, its gradient on the support still does.
  const isLevel = loss <= scalars.loss * (1 + lossNoise);
  const isFlatter = () => steepness(objective, trial!, there) < steepness(objective, point, gradient);
  if (!(loss < scalars.loss || (isLevel && isFlatter()))) {
    scalars.nextPolish = 2 * scalars.unchanged;
    return;
  }
  tensors.previous.set(point);
  tensors.previousGradient.set(gradient);
  point.set(trial!);
  gradient.set(there);
  scalars.loss = loss;
  scalars.momentum = 1;
}

/** Max-norm of ∂J on the support. */
function steepness(objective: CenteredObjective, point: Float64Array, gradient: Float64Array): number {
  const slopes = slopesOnSupport(objective, point, gradient);
  return slopes.reduce((norm, slope) => Math.max(norm, Math.abs(slope)), 0);
}

const isInSupport = ({ penalised }: CenteredObjective, point: Float64Array, i: number) =>
  i >= penalised || point[i] !== 0;

/** ∂J, 0 off the support. */
function slopesOnSupport(
  objective: CenteredObjective,
  point: Float64Array,
  gradient: Float64Array,
): Float64Array {
  const slopes = gradient.slice();
  addL1Signs(objective, point, slopes);
  return slopes.map((slope, i) => (isInSupport(objective, point, i) ? slope : 0));
}

/** The point of the step; null where the Hessian overflows or a weight would change its sign. */
function newtonPoint(
  objective: CenteredObjective,
  point: Float64Array,
  gradient: Float64Array,
): Float64Array | null {
  const { size, pace } = objective;
  const hessian = new Float64Array(size * size);
  objective.hessian(point, hessian);
  const support = Array.from(point.keys()).filter((i) => isInSupport(objective, point, i));
  const count = support.length;
  const within = new Float64Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) within[a * count + b] = hessian[support[a] * size + support[b]];
  }
  const solve = createLeastNormSolver(within, count, pace);
  if (solve === null) return null;
  const slopes = slopesOnSupport(objective, point, gradient);
  const direction = Float64Array.from(support, (i) => slopes[i]);
  solve(direction);
  const trial = point.slice();
  for (let a = 0; a < count; a++) trial[support[a]] -= direction[a];
  const hasFlipped = support.some(
    (i) => i < objective.penalised && Math.sign(trial[i]) !== Math.sign(point[i]),
  );
  return hasFlipped ? null : trial;
}
