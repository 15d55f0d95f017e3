/** Data that breaks a careless solver: empty and constant columns, offsets, units, single rows, numbers that overflow. */
import { describe, expect, it } from 'vitest';
import { type LossName, lossNames } from '../../../../src/math/losses/index.ts';
import { createGlmObjective, type GlmProblem } from '../../../../src/math/solvers/glm-objective.ts';
import { createGradientDescent } from '../../../../src/math/solvers/gradient-descent.ts';
import { createNewton } from '../../../../src/math/solvers/newton.ts';
import { changeColumns, randomProblem, writtenProblem } from './glm-problems.ts';
import { runSolver, solverNames, solvers } from './solver-list.ts';

type SolverName = (typeof solverNames)[number];
const guarded = solverNames.filter((name) => solvers[name].isGuarded);
const withLosses = (names: readonly SolverName[]) =>
  names.flatMap((name) => solvers[name].losses.map((loss): [SolverName, LossName] => [name, loss]));

function solve(name: SolverName, problem: GlmProblem) {
  const { create, maxIterations } = solvers[name];
  const { state, report } = runSolver(create(problem, 1e-10), createGlmObjective(problem), maxIterations);
  return {
    report,
    theta: [...state.theta],
    weights: state.theta.subarray(0, problem.x.columns * problem.outputs),
  };
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, accuracy: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i] - expected[i])).toBeLessThan(accuracy);
  }
}

describe.each(withLosses(guarded))('%s, %s', (name, loss) => {
  const { accuracy } = solvers[name];
  const plain = randomProblem(loss, 37, 3);
  const { outputs } = plain;

  it('gives a zero column, and beside an intercept a constant one, exactly the weight 0', () => {
    const constants = [0, 7.3, 0];
    const problem = changeColumns(plain, (value, j) => (j === 0 ? value : constants[j]));
    const alone = Array.from({ length: 37 }, (_, i) => [plain.x.data[i * plain.x.stride]]);
    const { weights } = solve(name, problem);
    expect([...weights.subarray(outputs)]).toEqual(new Array(2 * outputs).fill(0));
    expectClose(
      weights.subarray(0, outputs),
      solve(name, writtenProblem(loss, alone, plain.target)).weights,
      accuracy,
    );
  });

  it('finds the same function at an offset of a million', () => {
    // Steps of 2⁻²⁰ are exact at a million, so that both have the very same columns but for the offset.
    const near = changeColumns(plain, (value) => Math.round(value * 2 ** 20) / 2 ** 20);
    const far = changeColumns(near, (value) => value + 1e6);
    expectClose(solve(name, far).weights, solve(name, near).weights, accuracy);
  });

  it('finds the same function whatever unit the columns share', () => {
    const { report, weights } = solve(name, plain);
    for (const exponent of [-20, 20, 40, 300]) {
      // A power of two changes no bit of a significand, so that the optimum scales exactly.
      const unit = 2 ** exponent;
      const scaled = solve(
        name,
        changeColumns(plain, (value) => value * unit),
      );
      expect(Math.abs(scaled.report.loss - report.loss)).toBeLessThan(1e-13);
      // J is flat to its rounding, 1e-16, within 1e-8 of the optimum: no more is promised where the gradient's unit drowns it.
      expectClose(
        scaled.weights.map((weight) => weight * unit),
        weights,
        1e-7,
      );
    }
  });

  it('reports no convergence and no finite loss where the squares of x overflow', () => {
    const problem = changeColumns(plain, (value) => value * 1e200);
    const objective = createGlmObjective(problem);
    const solver = solvers[name].create(problem, 1);
    const state = solver.init(objective);
    for (let i = 0; i < 2; i++) {
      expect(solver.iterate(objective, state)).toMatchObject({ loss: Number.NaN, converged: false });
    }
    expect(state.theta.every((value) => value === 0)).toBe(true);
  });
});

describe.each(withLosses(['normal_equations', 'newton']))('%s, %s', (name, loss) => {
  it('does not mind columns in units 1e16 apart', () => {
    const plain = randomProblem(loss, 37, 3);
    const units = [2 ** -27, 1, 2 ** 27];
    const scaled = solve(
      name,
      changeColumns(plain, (value, j) => value * units[j]),
    ).weights.map((weight, i) => weight * units[Math.floor(i / plain.outputs)]);
    expectClose(scaled, solve(name, plain).weights, solvers[name].accuracy);
  });
});

it.each(guarded)('%s takes a single row, by the intercept or else the shortest weights', (name) => {
  const one = writtenProblem('half_squared_error', [[2, 3]], [7]);
  expectClose(solve(name, one).theta, [0, 0, 7], solvers[name].accuracy);
  expectClose(solve(name, { ...one, fitIntercept: false }).theta, [14 / 13, 21 / 13], solvers[name].accuracy);
});

describe.each(solverNames)('%s', (name) => {
  const steps = [[-2], [-1], [1], [2], [3]];

  it('fits a constant target by the intercept alone', () => {
    const { theta } = solve(name, writtenProblem('half_squared_error', steps, [3, 3, 3, 3, 3]));
    expectClose(theta, [0, 3], solvers[name].accuracy);
  });

  it('stays at 0 when that is the optimum', () => {
    const { theta, report } = solve(name, writtenProblem('half_squared_error', steps, [0, 0, 0, 0, 0]));
    expect(theta).toEqual([0, 0]);
    expect(report.loss).toBe(0);
  });
});

it.each(lossNames)(
  'newton ends where J cannot tell steps apart, though its tolerance is out of reach: %s',
  (loss) => {
    // The gradient of a column in units of 1e9 is a sum of numbers of that size: it does not come below about 1e-8.
    const problem = changeColumns(randomProblem(loss, 37, 3), (value) => value * 1e9);
    const { report, state } = runSolver(createNewton({ tolerance: 1e-15 }), createGlmObjective(problem), 50);
    expect(report.converged).toBe(true);
    expect(report.gradientMaxNorm).toBeGreaterThan(1e-15);
    expect(state.iteration).toBeLessThan(15);
  },
);

it.each(lossNames)(
  'gradient descent with too large a rate says so by its loss, and never converges: %s',
  (loss) => {
    // The penalty of a loss that saturates is what makes every step longer than the last.
    const objective = createGlmObjective(randomProblem(loss, 37, 3, { l2: 1 }));
    const solver = createGradientDescent({ learningRate: 1e3, reduction: 'mean', tolerance: 1e300 });
    const state = solver.init(objective);
    const careful = createGradientDescent({ learningRate: 1e3, reduction: 'mean', tolerance: 1e-3 });
    const reports = Array.from({ length: 300 }, () => careful.iterate(objective, state));
    expect(reports.some(({ converged }) => converged)).toBe(false);
    expect(Number.isFinite(reports.at(-1)!.loss)).toBe(false);
    // Any gradient at all is within the tolerance of this one; a loss that is not finite is still no result.
    expect(solver.iterate(objective, state).converged).toBe(false);
  },
);

it('gradient descent does not converge on a loss that overflowed while its gradient has not', () => {
  // ‖θ‖² overflows at 1e200, but λ‖θ‖ = 1e-100 does not.
  const objective = createGlmObjective(
    writtenProblem('half_squared_error', [[0]], [0], { l2: 1e-300, fitIntercept: false }),
  );
  const solver = createGradientDescent({ learningRate: 1, reduction: 'mean', tolerance: 1e-6 });
  const report = solver.iterate(objective, solver.init(objective, Float64Array.of(1e200)));
  expect(report).toEqual({ loss: Number.POSITIVE_INFINITY, gradientMaxNorm: 1e-100, converged: false });
});
