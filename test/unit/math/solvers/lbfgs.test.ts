/** What L-BFGS alone must do: drop a memory that misleads it, and not mind how large the problem is. */
import { expect, it } from 'vitest';
import { maxNorm } from '../../../../src/math/linear-algebra/vectors.ts';
import { lossNames } from '../../../../src/math/losses/index.ts';
import { createGlmObjective } from '../../../../src/math/solvers/glm-objective.ts';
import { createLbfgs } from '../../../../src/math/solvers/lbfgs.ts';
import { normals, randomProblem } from './glm-problems.ts';
import { runSolver } from './solver-list.ts';

it.each(lossNames)('drops a memory that points uphill, and still lowers the loss: %s', (loss) => {
  const objective = createGlmObjective(randomProblem(loss, 40, 6));
  const solver = createLbfgs({ tolerance: 1e-10 });
  const state = solver.init(objective);
  let before = 0;
  for (let i = 0; i < 4; i++) before = solver.iterate(objective, state).loss;
  expect(state.scalars.pairs).toBe(4);
  // Steps the other way round: the curvature that they claim is negative.
  state.tensors.steps.set(state.tensors.steps.map((value) => -value));
  const after = solver.iterate(objective, state);
  expect(after.loss).toBeLessThan(before);
  expect(state.scalars.pairs).toBe(1);
});

it('finds the separating direction of 100 rows and 3,000 columns, where a Hessian would take 72 MB', () => {
  const x = { data: normals(300_000, 1), rows: 100, columns: 3_000, stride: 3_000 };
  const target = Float64Array.from({ length: 100 }, (_, i) => i % 2);
  const objective = createGlmObjective(randomProblem('binary_cross_entropy', 1, 1, { x, target, l2: 1e-3 }));
  const { state, report } = runSolver(createLbfgs({ tolerance: 1e-8 }), objective, 100);
  expect(report.converged).toBe(true);
  const gradient = new Float64Array(objective.size);
  objective.evaluate(state.theta, gradient);
  expect(maxNorm(gradient)).toBeLessThan(1e-8);
});
