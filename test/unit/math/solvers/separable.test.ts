/** Classes that a plane separates: J has no minimum, only ever smaller values far away. */
import { describe, expect, it } from 'vitest';
import { createGlmObjective } from '../../../../src/math/solvers/glm-objective.ts';
import { writtenProblem } from './glm-problems.ts';
import { runSolver, solverNames, solvers } from './solver-list.ts';

const steps = [[-2], [-1], [1], [2], [3]];
const separable = {
  'two classes': writtenProblem('binary_cross_entropy', steps, [0, 0, 1, 1, 1]),
  'two classes, without intercept': writtenProblem('binary_cross_entropy', steps, [0, 0, 1, 1, 1], {
    fitIntercept: false,
  }),
  'two classes that share a point': writtenProblem(
    'binary_cross_entropy',
    [...steps, [0], [0]],
    [0, 0, 1, 1, 1, 0, 1],
  ),
  'one class only': writtenProblem('binary_cross_entropy', steps, [0, 0, 0, 0, 0]),
  'three classes': writtenProblem('softmax_cross_entropy', steps, [0, 0, 1, 2, 2]),
  'three classes, one of them empty': writtenProblem('softmax_cross_entropy', steps, [0, 0, 1, 1, 1]),
  'more columns than rows': writtenProblem(
    'binary_cross_entropy',
    [
      [1, 0, 2, 1],
      [0, 1, -1, 1],
      [2, 2, 0, 1],
    ],
    [0, 1, 1],
  ),
};

describe.each(Object.entries(separable))('%s', (_what, problem) => {
  const names = solverNames.filter((name) => solvers[name].losses.includes(problem.loss));

  it.each(names)('%s lowers the loss and stays finite, however long it runs', (name) => {
    const objective = createGlmObjective(problem);
    // Tolerance 0 never ends: the curvature goes down until it vanishes in underflow.
    const { state, report } = runSolver(solvers[name].create(problem, 0), objective, 400);
    expect(state.theta.every(Number.isFinite)).toBe(true);
    expect(report.loss).toBeGreaterThanOrEqual(0);
    expect(report.loss).toBeLessThan(objective.evaluate(new Float64Array(objective.size), null) / 2);
  });

  const fast = names.filter((name) => solvers[name].isGuarded && !solvers[name].isFirstOrder);
  it.each(fast)('%s ends by its tolerance', (name) => {
    const objective = createGlmObjective(problem);
    const { state, report } = runSolver(solvers[name].create(problem, 1e-8), objective, 100);
    expect(report.converged).toBe(true);
    expect(report.gradientMaxNorm).toBeLessThanOrEqual(1e-8);
    // A logit of 20 leaves a gradient of e⁻²⁰ = 2e-9: with steps of 1 in x the weights need no more than some tens.
    expect(Math.max(...state.theta.map(Math.abs))).toBeLessThan(100);
  });
});
