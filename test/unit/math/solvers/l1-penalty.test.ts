/** The penalty l1 where it is smooth, at its kink, and in the solvers that take it. */
import { describe, expect, it } from 'vitest';
import { lossNames } from '../../../../src/math/losses/index.ts';
import { createGlmObjective } from '../../../../src/math/solvers/glm-objective.ts';
import { createGradientDescent } from '../../../../src/math/solvers/gradient-descent.ts';
import { addL1Signs, l1Value, subgradientMaxNorm } from '../../../../src/math/solvers/l1-penalty.ts';
import { createProximalGradient } from '../../../../src/math/solvers/proximal-gradient.ts';
import { changeColumns, randomProblem, writtenProblem } from './glm-problems.ts';
import { runSolver } from './solver-list.ts';

const penalty = { l1: 0.5, penalised: 3 };

it('counts weights and not intercepts', () => {
  expect(l1Value(penalty, Float64Array.of(1, -2, 0, 100))).toBe(1.5);
  const gradient = Float64Array.of(1, 1, 1, 1);
  addL1Signs(penalty, Float64Array.of(3, -3, 0, 3), gradient);
  expect([...gradient]).toEqual([1.5, 0.5, 1, 1]);
});

it.each([
  ['a weight pulled to 0 and pushed off it alike', [2, 0, 0, 0], [-0.5, 0, 0, 0], 0],
  ['a weight of 0 that is pulled by less than l1', [0, 0, 0, 0], [0.5, -0.3, 0.1, 0], 0],
  ['a weight of 0 that is pulled by more', [0, 0, 0, 0], [0.8, 0, 0, 0], 0.3],
  ['a weight that is not 0', [-1, 0, 0, 0], [0.8, 0, 0, 0], 0.3],
  ['an intercept of 0', [0, 0, 0, 0], [0, 0, 0, 0.2], 0.2],
])('measures %s', (_what, theta, gradient, norm) => {
  const found = subgradientMaxNorm(penalty, Float64Array.from(theta), Float64Array.from(gradient));
  expect(found).toBeCloseTo(norm, 15);
});

it('soft-thresholds the least squares of orthogonal columns, worked out by hand', () => {
  // XᵀX/m = I, Xᵀy/m = (2, −0.75): the lasso is each less l1 towards 0.
  const rows = [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ];
  const target = rows.map(([a, b]) => 2 * a - 0.75 * b + 10);
  const at = (l1: number) => {
    const problem = writtenProblem('half_squared_error', rows, target, { l1 });
    const { state, report } = runSolver(
      createProximalGradient({ tolerance: 1e-12 }),
      createGlmObjective(problem),
      100,
    );
    expect(report.converged).toBe(true);
    return [...state.theta];
  };
  for (const [l1, expected] of [
    [0.5, [1.5, -0.25, 10]],
    [1, [1, 0, 10]],
    [2, [0, 0, 10]],
  ] as const) {
    at(l1).forEach((weight, i) => {
      expect(weight).toBeCloseTo(expected[i], 11);
      if (expected[i] === 0) expect(weight).toBe(0);
    });
  }
});

describe.each(lossNames)('%s', (loss) => {
  const l1 = 0.05;
  const solved = (problem = randomProblem(loss, 60, 8, { l1 })) => {
    const objective = createGlmObjective(problem);
    const run = runSolver(createProximalGradient({ tolerance: 1e-10 }), objective, 5_000);
    expect(run.report.converged).toBe(true);
    return { objective, ...run };
  };

  it('ends where no step along a coordinate lowers J', () => {
    const { objective, state } = solved();
    const valueAt = (theta: Float64Array) => objective.evaluate(theta, null) + l1Value(objective, theta);
    const least = valueAt(state.theta);
    for (let i = 0; i < state.theta.length; i++) {
      for (const step of [-1e-3, 1e-3]) {
        expect(valueAt(state.theta.with(i, state.theta[i] + step))).toBeGreaterThan(least);
      }
    }
  });

  it('gives a column of zeros, and beside an intercept a constant one, exactly the weight 0', () => {
    const constants = [0, 7.3];
    const problem = changeColumns(randomProblem(loss, 60, 8, { l1 }), (value, j) => constants[j] ?? value);
    const { state } = solved(problem);
    expect([...state.theta.subarray(0, 2 * problem.outputs)]).toEqual(new Array(2 * problem.outputs).fill(0));
  });

  it('never lets J rise', () => {
    const problem = randomProblem(loss, 60, 8, { l1 });
    const objective = createGlmObjective(problem);
    const solver = createProximalGradient({ tolerance: 0 });
    const state = solver.init(objective);
    let last = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 100; i++) {
      const { loss: value } = solver.iterate(objective, state);
      expect(value).toBeLessThanOrEqual(last * (1 + 1e-13));
      last = value;
    }
  });

  it('gradient descent steps by the subgradient', () => {
    const problem = randomProblem(loss, 20, 3, { l1: 0.3 });
    const objective = createGlmObjective(problem);
    const solver = createGradientDescent({ learningRate: 0.1, reduction: 'mean', tolerance: 0 });
    const state = solver.init(objective);
    for (let i = 0; i < 5; i++) {
      const before = state.theta.slice();
      const gradient = new Float64Array(objective.size);
      objective.evaluate(before, gradient);
      addL1Signs(objective, before, gradient);
      const report = solver.iterate(objective, state);
      state.theta.forEach((weight, j) => {
        expect(weight).toBe(before[j] - 0.1 * gradient[j]);
      });
      expect(report.loss).toBe(objective.evaluate(state.theta, null) + l1Value(objective, state.theta));
    }
  });
});
