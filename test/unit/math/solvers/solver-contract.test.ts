/** What every solver owes the job that runs it: a state that can be saved between any two iterations, and polls all along. */
import { describe, expect, it } from 'vitest';
import type { LossName } from '../../../../src/math/losses/index.ts';
import { createGlmObjective, type GlmProblem } from '../../../../src/math/solvers/glm-objective.ts';
import type { IterationReport } from '../../../../src/math/solvers/solver.ts';
import { noPoll, normals, randomProblem } from './glm-problems.ts';
import { solverNames, solvers } from './solver-list.ts';

type SolverName = (typeof solverNames)[number];
const cases = solverNames.flatMap((name) =>
  solvers[name].losses.map((loss): [SolverName, LossName] => [name, loss]),
);
/** More than L-BFGS remembers, so that its memory goes round. */
const iterations = 14;
/** Enough rows that a few passes are worth a poll. */
const tall = { data: normals(16_000 * 20, 1), rows: 16_000, columns: 20, stride: 20 };

describe.each(cases)('%s, %s', (name, loss) => {
  const { create } = solvers[name];
  // 0: no convergence, so that all the iterations are different ones as long as anything moves.
  const start = (problem: GlmProblem) => ({
    objective: createGlmObjective(problem),
    solver: create(problem, 0),
  });

  it('continues to the same bits from a copy of its state, whichever iteration it was taken after', () => {
    const problem = randomProblem(loss, 23, 4, { l2: 0.01, dtype: 'f32' });
    const whole = start(problem);
    const state = whole.solver.init(whole.objective);
    const saved = [structuredClone(state)];
    const reports: IterationReport[] = [];
    for (let i = 0; i < iterations; i++) {
      reports.push(whole.solver.iterate(whole.objective, state));
      saved.push(structuredClone(state));
    }
    for (const [done, copy] of saved.slice(0, -1).entries()) {
      expect(copy.iteration).toBe(done);
      const resumed = start(problem);
      for (let i = done; i < iterations; i++) {
        expect(resumed.solver.iterate(resumed.objective, copy)).toEqual(reports[i]);
      }
      expect(copy).toEqual(state);
    }
  });

  it('gives the same bits whatever else its solver has worked on in between', () => {
    const problem = randomProblem(loss, 23, 4);
    const other = randomProblem(loss, 9, 2, { seed: 8 });
    const alone = start(problem);
    const shared = start(problem);
    const otherObjective = createGlmObjective(other);
    const aloneState = alone.solver.init(alone.objective);
    const sharedState = shared.solver.init(shared.objective);
    const otherState = shared.solver.init(otherObjective);
    for (let i = 0; i < 4; i++) {
      alone.solver.iterate(alone.objective, aloneState);
      shared.solver.iterate(shared.objective, sharedState);
      shared.solver.iterate(otherObjective, otherState);
    }
    expect(sharedState).toEqual(aloneState);
  });

  it('reports the loss at its θ, and never a higher one than before where it is guarded', () => {
    const problem = randomProblem(loss, 23, 4);
    const { objective, solver } = start(problem);
    const state = solver.init(objective);
    let last = objective.evaluate(state.theta, null);
    for (let i = 0; i < iterations; i++) {
      const { loss: reported } = solver.iterate(objective, state);
      // Evaluated here in plain coordinates, there in centred ones: rounding apart.
      expect(Math.abs(objective.evaluate(state.theta, null) - reported)).toBeLessThan(1e-13);
      expect(reported).toBeLessThanOrEqual(last * (1 + 1e-13));
      last = reported;
    }
  });

  it('polls for every 2²² multiply-adds of its passes, and lets out what the poll throws', () => {
    let polls = 0;
    let limit = Number.POSITIVE_INFINITY;
    const stop = new Error('stop');
    const problem = randomProblem(loss, 1, 20, {
      x: tall,
      target: Float64Array.from({ length: tall.rows }, (_, i) => i % 2),
      poll: () => {
        polls++;
        if (polls > limit) throw stop;
      },
    });
    const { objective, solver } = start(problem);
    const state = solver.init(objective);
    for (let i = 0; i < 6; i++) solver.iterate(objective, state);
    // At the least each iteration evaluates J once: logits and gradient, 2 · m · (k + 1) · C multiply-adds.
    const fewest = Math.floor((7 * 2 * tall.rows * 21 * problem.outputs) / 2 ** 22);
    expect(fewest).toBeGreaterThan(0);
    expect(polls).toBeGreaterThanOrEqual(fewest);

    const thrownAt = (allowed: number) => {
      polls = 0;
      limit = allowed;
      const { objective: stopped, solver: again } = start(problem);
      const interrupted = again.init(stopped);
      for (;;) again.iterate(stopped, interrupted);
    };
    for (const allowed of [0, fewest]) {
      expect(() => thrownAt(allowed)).toThrow(stop);
      expect(polls).toBe(allowed + 1);
    }
  });
});

it('the Hessian of a wide problem polls within its passes over the rows', () => {
  let polls = 0;
  const problem = randomProblem('half_squared_error', 40, 800, { poll: () => polls++ });
  const objective = createGlmObjective(problem);
  objective.hessian(new Float64Array(objective.size), new Float64Array(objective.size ** 2));
  // Half of each of 40 outer products of 801 × 801.
  expect(polls).toBeGreaterThanOrEqual(Math.floor((40 * 801 * 801) / 2 / 2 ** 22));
  expect(createGlmObjective({ ...problem, poll: noPoll }).size).toBe(801);
});
