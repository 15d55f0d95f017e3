/** The objective of every loss: value, gradient and Hessian, plain and centred, whatever the dtype and the number of rows. */
import { describe, expect, it } from 'vitest';
import { type LossName, lossNames } from '../../../../src/math/losses/index.ts';
import type { Dtype } from '../../../../src/math/matrix.ts';
import { createGlmObjective, type GlmProblem } from '../../../../src/math/solvers/glm-objective.ts';
import type { Objective } from '../../../../src/math/solvers/solver.ts';
import { centralDifference, gradientError, gradientTolerance } from '../finite-difference.ts';
import { matrixOf, normals, randomProblem } from './glm-problems.ts';
import { referenceObjective } from './glm-reference.ts';

/** Whole groups of four, every length of the last one, and less than one. */
const rowCounts = [1, 3, 4, 5, 8, 14];
const variants = lossNames.flatMap((loss) =>
  [0, 0.7].flatMap((l2) =>
    [true, false].flatMap((fitIntercept) =>
      (['f64', 'f32'] as const).map((dtype) => ({ loss, l2, fitIntercept, dtype })),
    ),
  ),
);
type Variant = { loss: LossName; l2: number; fitIntercept: boolean; dtype: Dtype };

/** Problems of a variant, each with a point to look at. */
function* casesOf({ loss, ...options }: Variant) {
  for (const rows of rowCounts) {
    // Weights of their own for some rows, so that a row's weight is never another's.
    const weights = rows % 2 === 0 ? Float64Array.from({ length: rows }, (_, i) => 0.5 + (i % 3)) : null;
    const problem = randomProblem(loss, rows, 3, { ...options, weights, seed: rows });
    const objective = createGlmObjective(problem);
    yield { problem, objective, theta: normals(objective.size, rows + 100) };
  }
}

function evaluate(objective: Objective, theta: Float64Array) {
  const gradient = new Float64Array(objective.size).fill(99);
  return { loss: objective.evaluate(theta, gradient), gradient };
}

function expectGradient(objective: Objective, theta: Float64Array): void {
  const { gradient } = evaluate(objective, theta);
  for (let i = 0; i < theta.length; i++) {
    const numeric = centralDifference((value) => objective.evaluate(theta.with(i, value), null), theta[i]);
    expect(gradientError(gradient[i], numeric)).toBeLessThan(gradientTolerance);
  }
}

function expectHessian(objective: Objective, theta: Float64Array): void {
  const { size } = objective;
  const hessian = new Float64Array(size * size).fill(99);
  objective.hessian(theta, hessian);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const slope = (value: number) => evaluate(objective, theta.with(j, value)).gradient[i];
      expect(gradientError(hessian[i * size + j], centralDifference(slope, theta[j]))).toBeLessThan(
        gradientTolerance,
      );
      expect(hessian[i * size + j]).toBe(hessian[j * size + i]);
    }
  }
}

describe.each(variants)('$loss, l2 $l2, intercept $fitIntercept, $dtype', (variant) => {
  it('is the sum that the equations say, and so is its gradient', () => {
    for (const { problem, objective, theta } of casesOf(variant)) {
      const reference = referenceObjective(problem, theta);
      const { loss, gradient } = evaluate(objective, theta);
      // Sums of at most 14 rows in another order, over values below 10: some ulps.
      expect(Math.abs(loss - reference.loss)).toBeLessThan(1e-13);
      gradient.forEach((value, i) => {
        expect(Math.abs(value - reference.gradient[i])).toBeLessThan(1e-13);
      });
      expect(objective.evaluate(theta, null)).toBe(loss);
    }
  });

  it('has the gradient and the Hessian that finite differences give', () => {
    for (const { objective, theta } of casesOf(variant)) {
      expectGradient(objective, theta);
      expectHessian(objective, theta);
    }
  });

  it('has them in centred coordinates too', () => {
    for (const { objective, theta } of casesOf(variant)) {
      expectGradient(objective.centered(), theta);
      expectHessian(objective.centered(), theta);
    }
  });

  it('is the same function in centred coordinates, and there and back again leads home', () => {
    for (const { objective, theta } of casesOf(variant)) {
      const centered = objective.centered();
      const point = new Float64Array(objective.size);
      centered.fromTheta(theta, point);
      const there = evaluate(centered, point);
      const here = evaluate(objective, theta);
      expect(Math.abs(there.loss - here.loss)).toBeLessThan(1e-13);
      const norm = Math.max(...here.gradient.map(Math.abs));
      expect(Math.abs(centered.gradientMaxNorm(there.gradient) - norm)).toBeLessThan(1e-13);
      const back = new Float64Array(objective.size);
      centered.toTheta(point, back);
      back.forEach((value, i) => {
        expect(Math.abs(value - theta[i])).toBeLessThan(1e-14);
      });
    }
  });
});

describe.each(lossNames)('%s', (loss) => {
  it('gives f32 columns the same bits as f64 ones of the same values', () => {
    const narrow = randomProblem(loss, 14, 3, { dtype: 'f32' });
    const wide = { ...narrow, x: { ...narrow.x, data: Float64Array.from(narrow.x.data) } };
    const theta = normals(createGlmObjective(wide).size, 5);
    const [a, b] = [narrow, wide].map((problem) => {
      const objective = createGlmObjective(problem);
      const hessian = new Float64Array(objective.size ** 2);
      objective.centered().hessian(theta, hessian);
      return { ...evaluate(objective, theta), hessian };
    });
    expect(a).toEqual(b);
  });

  it('keeps the Hessian of constant and of zero columns at exactly 0 when centred', () => {
    const { x, ...rest } = randomProblem(loss, 13, 3);
    // 0.1 · 13 / 13 is not 0.1 in f64: a mean summed the plain way would leave 1e-17 of curvature.
    const rows = Array.from({ length: 13 }, (_, i) => [x.data[i * x.stride], 0.1, 0]);
    const centered = createGlmObjective({ ...rest, x: matrixOf(rows) }).centered();
    const hessian = new Float64Array(centered.size ** 2);
    centered.hessian(normals(centered.size, 2), hessian);
    const { outputs } = rest;
    for (let i = outputs; i < 3 * outputs; i++) {
      const row = hessian.subarray(i * centered.size, (i + 1) * centered.size);
      expect(row.every((value) => value === 0)).toBe(true);
    }
  });
});

it('scores θ by the sums over its rows, whoever has just been evaluated', () => {
  for (const loss of lossNames) {
    const weights = Float64Array.from({ length: 70 }, (_, i) => 1 + (i % 2));
    const problem = randomProblem(loss, 70, 3, { weights, l2: 0.5 });
    const objective = createGlmObjective(problem);
    const theta = normals(objective.size, 3);
    const fresh = createGlmObjective(problem).score(theta);
    const free = createGlmObjective({ ...problem, l2: 0 });
    expect(fresh.loss / 70).toBeCloseTo(free.evaluate(theta, null), 13);
    const centered = objective.centered();
    const point = new Float64Array(objective.size);
    centered.fromTheta(theta, point);
    centered.evaluate(point, null);
    const known = objective.score(theta);
    expect(known.correct).toBe(fresh.correct);
    expect(Math.abs(known.loss - fresh.loss)).toBeLessThan(1e-11);
    expect(fresh.correct).toBe(loss === 'half_squared_error' ? 0 : rightRows(problem, theta));
  }
});

function rightRows({ x, target, outputs }: GlmProblem, theta: Float64Array): number {
  let right = 0;
  for (let i = 0; i < x.rows; i++) {
    const z = Array.from({ length: outputs }, (_, c) => {
      const row = [...x.data.subarray(i * x.stride, i * x.stride + x.columns), 1];
      return row.reduce((sum, value, j) => sum + value * theta[j * outputs + c], 0);
    });
    const predicted = outputs === 1 ? Number(z[0] > 0) : z.indexOf(Math.max(...z));
    if (predicted === target[i]) right++;
  }
  return right;
}

it('penalises the weights and not the intercept', () => {
  const problem = randomProblem('softmax_cross_entropy', 6, 2, { l2: 3 });
  const free = createGlmObjective({ ...problem, l2: 0 });
  const penalised = createGlmObjective(problem);
  const theta = Float64Array.of(1, 0, 0, 0, 0, -2, 5, 6, 7);
  expect(penalised.evaluate(theta, null) - free.evaluate(theta, null)).toBeCloseTo((3 / 2) * (1 + 4), 12);
});

it.each([
  [
    'a target of another length',
    { target: new Float64Array(4) },
    'objective target: expected 5 elements, got 4',
  ],
  [
    'weights of another length',
    { weights: new Float64Array(4) },
    'objective weights: expected 5 elements, got 4',
  ],
  ['x without a row', { x: matrixOf([]), target: new Float64Array(0) }, 'expected x of at least one row'],
  ['several outputs for a loss of one', { outputs: 2 }, 'binary_cross_entropy expects 1 output, got 2'],
])('refuses %s', (_what, wrong, message) => {
  const problem = randomProblem('binary_cross_entropy', 5, 2);
  expect(() => createGlmObjective({ ...problem, ...wrong })).toThrow(message);
});
