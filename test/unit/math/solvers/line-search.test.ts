/** The line search: the Wolfe conditions at what it finds, and an end where there is nothing to find. */
import { describe, expect, it } from 'vitest';
import { copyIterate, type Iterate, searchLine } from '../../../../src/math/solvers/line-search.ts';
import type { Objective } from '../../../../src/math/solvers/solver.ts';
import { noPoll } from './glm-problems.ts';

/** J of one parameter, from its value and derivative. Counts its evaluations. */
function objectiveOf(value: (t: number) => number, slope: (t: number) => number) {
  let evaluations = 0;
  const objective: Objective = {
    size: 1,
    penalised: 1,
    rows: 1,
    l1: 0,
    isQuadratic: false,
    pace: noPoll,
    evaluate([t], gradient) {
      evaluations++;
      if (gradient !== null) gradient[0] = slope(t);
      return value(t);
    },
    hessian: () => {},
  };
  return { objective, evaluations: () => evaluations };
}

const iterate = (): Iterate => ({ point: new Float64Array(1), gradient: new Float64Array(1), loss: 0 });

function search(value: (t: number) => number, slope: (t: number) => number, first: number, limit: number) {
  const { objective, evaluations } = objectiveOf(value, slope);
  const start = iterate();
  start.loss = objective.evaluate(start.point, start.gradient);
  const result = iterate();
  const direction = Float64Array.of(-Math.sign(start.gradient[0]));
  const found = searchLine(objective, start, direction, first, result);
  expect(evaluations()).toBeLessThanOrEqual(limit);
  return { found, start, result };
}

const convex: [string, (t: number) => number, (t: number) => number][] = [
  ['a parabola', (t) => (t - 3) ** 2, (t) => 2 * (t - 3)],
  ['a steep side and a flat one', (t) => Math.exp(-t) + t / 100 + 1, (t) => -Math.exp(-t) + 1 / 100],
  [
    'a logistic loss with its penalty',
    (t) => Math.log1p(Math.exp(-t)) + (t * t) / 50,
    (t) => -1 / (1 + Math.exp(t)) + t / 25,
  ],
  [
    'overflow beyond its minimum',
    (t) => (t > 10 ? Number.POSITIVE_INFINITY : t * t - t + 1),
    (t) => (t > 10 ? Number.NaN : 2 * t - 1),
  ],
];

describe.each(convex)('%s', (_what, value, slope) => {
  it.each([1e-6, 0.1, 1, 50, 1e6, 1e30])('finds a strong Wolfe point from a first step of %d', (first) => {
    // At the least half as far a trial down from 1e30, four times as far up from 1e-6, and then some within the bracket.
    const { found, start, result } = search(value, slope, first, 110);
    const t = result.point[0];
    expect(found).toBe(true);
    expect(t).toBeGreaterThan(0);
    expect(result.loss).toBe(value(t));
    expect(result.gradient[0]).toBe(slope(t));
    expect(result.loss).toBeLessThanOrEqual(start.loss * (1 + 1e-13) + 1e-4 * t * slope(0));
    expect(Math.abs(slope(t))).toBeLessThanOrEqual(0.9 * Math.abs(slope(0)));
  });
});

it('gives up after 30 trials where a kink leaves no point flat enough', () => {
  // Slopes of at most −0.9 to its left and at least 1.1 to its right, from −1 at the start.
  const kink = search(
    (t) => Math.abs(t - 1) + (t * t) / 20,
    (t) => Math.sign(t - 1) + t / 10,
    1 / 3,
    31,
  );
  expect(kink.found).toBe(false);
});

it('goes on beyond 30 trials while it only seeks the scale, and ends where J would drown', () => {
  // No step will do, down to where even a fall of the whole slope is 1e-13 of J.
  const value = (t: number) => (t === 0 ? 1 : Number.POSITIVE_INFINITY);
  const { found, result } = search(value, () => -1e20, 1, 120);
  expect(found).toBe(false);
  expect(result.point[0]).toBeLessThan(1e-31);
});

it('accepts a rise of J within its rounding when the slope says that the point is better', () => {
  // J is 1 give or take an ulp, its slope a plain line through 0 at t = 1.
  const { found, result } = search(
    (t) => (t === 0 ? 1 : 1 + 2 ** -52),
    (t) => 1e-11 * (t - 1),
    1,
    2,
  );
  expect(found).toBe(true);
  expect(result.point[0]).toBe(1);
});

it('copies an iterate whole', () => {
  const from: Iterate = { point: Float64Array.of(1), gradient: Float64Array.of(2), loss: 3 };
  const to = iterate();
  copyIterate(from, to);
  expect(to).toEqual(from);
  from.point[0] = 9;
  expect(to.point[0]).toBe(1);
});
