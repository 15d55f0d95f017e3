/** Accelerated proximal gradient: the solver for l1, whose optimum has weights of exactly 0. */
import { l1Value, subgradientMaxNorm } from './l1-penalty.ts';
import { lossNoise } from './line-search.ts';
import { type CenteredObjective, reportStep, type Solver, type SolverState } from './solver.ts';
import { polishSupport } from './support-newton.ts';

/** A step of one curvature more or less: how fast it may grow again, and how much room it leaves before it does. */
const growth = 1.25;
const roomToGrow = 0.6;
/** Shortenings of a step: 2⁻²⁰⁰ of it is not too short for columns in units of 1e30. */
const maxShortenings = 200;
/** Iterations in a row that lower neither J nor its subgradient are the end. */
const maxIdle = 50;

/** Where a step leads to, with the smooth part's gradient. `loss` is J, l1 counted. */
interface ProximalIterate {
  readonly point: Float64Array;
  readonly gradient: Float64Array;
  loss: number;
}

/**
 * From y = x + β(x − x₋), the momentum of Nesterov's sequence: x₊ = prox(y − t·P·∇F(y)), F the smooth part of J, P the objective's
 * metric, prox the soft threshold sign(v)·max(0, |v| − t·P·l1) of each weight. t is as long as the curvature met along the step
 * allows. The momentum starts anew when it points uphill, and whenever J would rise, so that J never does.
 *
 * Once the weights that are 0 have stayed the same for some steps, J is smooth among the others: a Newton step on those ends
 * what the steps of first order would be long about. Without l1 there is none, and where the optimum is not unique the one of least
 * ‖w‖ is found, from 0 and in centred coordinates.
 *
 * Converged: the max-norm of J's shortest subgradient is ≤ tolerance; or nothing can be lowered any more. Never with tolerance 0.
 *
 * @see Beck & Teboulle 2009, FISTA; O'Donoghue & Candès 2015, on restarts
 */
export function createProximalGradient({ tolerance }: { readonly tolerance: number }): Solver {
  return {
    init(objective, theta0 = new Float64Array(objective.size)) {
      const centered = objective.centered();
      const point = new Float64Array(objective.size);
      const gradient = new Float64Array(objective.size);
      centered.fromTheta(theta0, point);
      const loss = centered.evaluate(point, gradient) + l1Value(centered, point);
      const lowest = { lowestLoss: loss, lowestNorm: Number.POSITIVE_INFINITY, idle: 0 };
      return {
        iteration: 0,
        theta: theta0.slice(),
        tensors: { point, gradient, previous: point.slice(), previousGradient: gradient.slice() },
        scalars: { loss, step: 1, momentum: 1, unchanged: 0, nextPolish: 3, ...lowest },
      };
    },
    iterate(objective, state) {
      const centered = objective.centered();
      advance(centered, state);
      polishSupport(centered, state);
      state.iteration++;
      const { point, gradient } = state.tensors;
      centered.toTheta(point, state.theta);
      const inTheta = new Float64Array(objective.size);
      centered.gradientInTheta(gradient, inTheta);
      const norm = subgradientMaxNorm(centered, point, inTheta);
      return reportStep(state.scalars.loss, norm, isProgress(state.scalars, norm), tolerance);
    },
  };
}

/** One accelerated step; a plain one where the accelerated one would raise J. */
function advance(objective: CenteredObjective, state: SolverState): void {
  const { scalars } = state;
  const next = (1 + Math.sqrt(1 + 4 * scalars.momentum * scalars.momentum)) / 2;
  const beta = (scalars.momentum - 1) / next;
  const isLower = ({ loss }: ProximalIterate) => loss <= scalars.loss * (1 + lossNoise);
  if (beta > 0) {
    const found = proximalStep(objective, state, beta);
    if (found && isLower(found)) {
      move(objective, state, found, next);
      return;
    }
    scalars.momentum = 1;
  }
  const found = proximalStep(objective, state, 0);
  if (found === null) scalars.loss = Number.NaN;
  else if (isLower(found)) move(objective, state, found, (1 + Math.sqrt(5)) / 2);
}

/** The proximal step from x + β(x − x₋), or null where J is not finite however short it is. */
function proximalStep(
  objective: CenteredObjective,
  { tensors, scalars }: SolverState,
  beta: number,
): ProximalIterate | null {
  const { metric } = objective;
  const from = startOf(objective, tensors, beta);
  const found = {
    point: new Float64Array(objective.size),
    gradient: new Float64Array(objective.size),
    loss: 0,
  };
  for (let shortening = 0; shortening < maxShortenings; shortening++) {
    const t = scalars.step;
    threshold(objective, from, t, found.point);
    found.loss = objective.evaluate(found.point, found.gradient) + l1Value(objective, found.point);
    let length = 0;
    let curvature = 0;
    for (let i = 0; i < metric.length; i++) {
      const d = found.point[i] - from.point[i];
      length += (d * d) / metric[i];
      curvature += (found.gradient[i] - from.gradient[i]) * d;
    }
    // What rounding makes of J's change is no curvature.
    if (t * curvature <= length + 2 * t * lossNoise * found.loss && Number.isFinite(found.loss)) {
      if (t * curvature < roomToGrow * length) scalars.step = t * growth;
      return found;
    }
    const ratio = length / (t * curvature);
    scalars.step = t * (ratio > 0.1 && ratio < 1 ? 0.95 * ratio : 0.25);
  }
  return null;
}

/** y with ∇F(y): of a quadratic F it needs no pass over the rows. */
function startOf(objective: CenteredObjective, tensors: SolverState['tensors'], beta: number) {
  const { point, gradient, previous, previousGradient } = tensors;
  if (beta === 0) return { point, gradient };
  const between = (now: Float64Array, before: Float64Array) => now.map((v, i) => v + beta * (v - before[i]));
  const y = between(point, previous);
  if (objective.isQuadratic) return { point: y, gradient: between(gradient, previousGradient) };
  const gradientThere = new Float64Array(y.length);
  objective.evaluate(y, gradientThere);
  return { point: y, gradient: gradientThere };
}

/** out = prox(y − t·P·∇F(y)); intercepts have no threshold. */
function threshold(
  { metric, penalised, l1 }: CenteredObjective,
  from: { readonly point: Float64Array; readonly gradient: Float64Array },
  t: number,
  out: Float64Array,
): void {
  for (let i = 0; i < out.length; i++) {
    const v = from.point[i] - t * metric[i] * from.gradient[i];
    const kept = Math.abs(v) - t * metric[i] * l1;
    // Not max(0, kept): where the metric overflowed, NaN must stay NaN and not become 0.
    out[i] = i >= penalised ? v : kept <= 0 ? 0 : Math.sign(v) * kept;
  }
}

/** x₋ := x, x := `found`; the momentum goes on unless it points against the step that it led to. */
function move(
  objective: CenteredObjective,
  { tensors, scalars }: SolverState,
  found: ProximalIterate,
  momentum: number,
): void {
  const { point, gradient, previous, previousGradient } = tensors;
  const beta = scalars.momentum > 1 ? (scalars.momentum - 1) / momentum : 0;
  let against = 0;
  let isSameSupport = true;
  for (let i = 0; i < point.length; i++) {
    const y = point[i] + beta * (point[i] - previous[i]);
    against += ((y - found.point[i]) * (found.point[i] - point[i])) / objective.metric[i];
    if (i < objective.penalised && (found.point[i] === 0) !== (point[i] === 0)) isSameSupport = false;
  }
  previous.set(point);
  previousGradient.set(gradient);
  point.set(found.point);
  gradient.set(found.gradient);
  scalars.loss = found.loss;
  scalars.momentum = against > 0 ? 1 : momentum;
  scalars.unchanged = isSameSupport ? scalars.unchanged + 1 : 0;
}

function isProgress(scalars: Record<string, number>, norm: number): boolean {
  const isIdle = scalars.loss >= scalars.lowestLoss && norm >= scalars.lowestNorm;
  scalars.idle = isIdle ? scalars.idle + 1 : 0;
  scalars.lowestLoss = Math.min(scalars.lowestLoss, scalars.loss);
  scalars.lowestNorm = Math.min(scalars.lowestNorm, norm);
  return scalars.idle < maxIdle;
}
