/** Every solver ends at the exact optimum; of many, at the one of least norm. */
import { describe, expect, it } from 'vitest';
import { lossNames } from '../../../../src/math/losses/index.ts';
import { createGlmObjective, type GlmProblem } from '../../../../src/math/solvers/glm-objective.ts';
import { matrixOf, plainOptions } from './glm-problems.ts';
import { referenceObjective } from './glm-reference.ts';
import { glmOptima } from './goldens/glm-optima.ts';
import { configurableSolvers, runSolver, solverNames, solvers } from './solver-list.ts';

type Golden = (typeof glmOptima)[number];

const problemOf = ({ loss, outputs, fitIntercept, l2, x, target }: Golden): GlmProblem => ({
  loss,
  x: matrixOf(x),
  target: Float64Array.from(target),
  outputs,
  ...plainOptions,
  fitIntercept,
  l2,
});

const tolerance = 1e-10;
/** A unique optimum and columns of like scale: within reach of gradient descent, and of a gradient summed the plain way. */
const isPlain = ({ name }: Golden) =>
  /^(linear|logistic|softmax)( with l2)?(,? without intercept)?$/.test(name);

function expectTheta(theta: Float64Array, golden: Golden, accuracy: number): void {
  expect(theta.length).toBe(golden.theta.length);
  golden.theta.forEach((exact, i) => {
    expect(Math.abs(theta[i] - exact) / Math.max(1, Math.abs(exact))).toBeLessThan(accuracy);
  });
}

/** A softmax does not change when all its intercepts do by as much: where they start, their mean stays. */
function withoutCommonIntercept(theta: Float64Array, { loss, fitIntercept, outputs }: Golden): Float64Array {
  if (loss !== 'softmax_cross_entropy' || !fitIntercept) return theta;
  const first = theta.length - outputs;
  const mean = theta.subarray(first).reduce((sum, b) => sum + b, 0) / outputs;
  return theta.map((value, i) => (i < first ? value : value - mean));
}

it('the list has every solver that a config can name', () => {
  expect([...solverNames, 'auto', 'sgd'].sort()).toEqual([...configurableSolvers].sort());
});

it('the goldens have every loss with and without l2 and intercept', () => {
  const variants = glmOptima
    .filter(isPlain)
    .map(({ loss, l2, fitIntercept }) => `${loss} ${l2 > 0} ${fitIntercept}`);
  expect(new Set(variants).size).toBe(4 * lossNames.length);
});

describe.each(solverNames)('%s', (name) => {
  const { create, losses, isLeastNorm, isFirstOrder, maxIterations, accuracy } = solvers[name];
  const goldens = glmOptima
    .filter((golden) => losses.includes(golden.loss))
    // Its columns lie in units from 1 to 1e5, and lean on one another: it was made to break what is not exact.
    .filter((golden) => !(isFirstOrder && golden.name === 'linear, NIST Longley'));

  it.each(goldens.filter((golden) => isLeastNorm || isPlain(golden)))(
    'reaches the optimum: $name',
    (golden) => {
      const problem = problemOf(golden);
      const solver = create(problem, tolerance);
      const { state, report } = runSolver(solver, createGlmObjective(problem), maxIterations);
      // One solve of the normal equations is all there is: the caller calls it converged.
      expect(report.converged).toBe(name !== 'normal_equations');
      expectTheta(state.theta, golden, accuracy);
      if (!isPlain(golden)) return;
      const { loss, gradient } = referenceObjective(problem, state.theta);
      const norm = Math.max(...gradient.map(Math.abs));
      expect(report.gradientMaxNorm).toBeLessThanOrEqual(tolerance);
      // 1e-13: rounding of a sum of 50 rows of values below 10.
      expect(Math.abs(norm - report.gradientMaxNorm)).toBeLessThan(1e-13);
      expect(Math.abs(loss - report.loss)).toBeLessThan(1e-13);
    },
  );
});

describe.each(solverNames.filter((name) => name !== 'gradient_descent'))(
  '%s from a start other than 0',
  (name) => {
    const { create, losses, maxIterations, accuracy } = solvers[name];

    it('reaches the same unique optimum, and leaves the start as it was', () => {
      for (const golden of glmOptima.filter(
        (one) => isPlain(one) && one.l2 > 0 && losses.includes(one.loss),
      )) {
        const problem = problemOf(golden);
        const objective = createGlmObjective(problem);
        const start = new Float64Array(objective.size).fill(0.5);
        const solver = create(problem, tolerance);
        const state = solver.init(objective, start);
        let isConverged = false;
        while (!isConverged && state.iteration < maxIterations) {
          isConverged = solver.iterate(objective, state).converged;
        }
        expectTheta(withoutCommonIntercept(state.theta, golden), golden, accuracy);
        expect(start.every((value) => value === 0.5)).toBe(true);
      }
    });
  },
);

it('gradient descent without an intercept ends at the least norm of a redundant column too', () => {
  const golden = glmOptima.find(({ name }) => name === 'linear with a redundant column, without intercept')!;
  const problem = problemOf(golden);
  const { create, maxIterations, accuracy } = solvers.gradient_descent;
  const { state } = runSolver(create(problem, tolerance), createGlmObjective(problem), maxIterations);
  expectTheta(state.theta, golden, accuracy);
});
