/** Gradient descent is the textbook update, step by step, for both reductions. */
import { describe, expect, it } from 'vitest';
import { lossNames } from '../../../../src/math/losses/index.ts';
import { createGlmObjective, type GlmProblem } from '../../../../src/math/solvers/glm-objective.ts';
import {
  createGradientDescent,
  type GradientDescentOptions,
} from '../../../../src/math/solvers/gradient-descent.ts';
import { normals, randomProblem, writtenProblem } from './glm-problems.ts';
import { referenceObjective } from './glm-reference.ts';

const options = (learningRate: number, reduction: 'mean' | 'sum', tolerance = 0): GradientDescentOptions => ({
  learningRate,
  reduction,
  tolerance,
});

/** θ after each of the steps. */
function trajectory(
  problem: GlmProblem,
  chosen: GradientDescentOptions,
  steps: number,
  start?: Float64Array,
) {
  const objective = createGlmObjective(problem);
  const solver = createGradientDescent(chosen);
  const state = solver.init(objective, start);
  return Array.from({ length: steps }, () => {
    const { loss, gradientMaxNorm } = solver.iterate(objective, state);
    return { theta: [...state.theta], loss, gradientMaxNorm };
  });
}

describe('a regression worked out by hand: x = 1, 2, 3, 4, y = 1, 1, 2, 4, α = 1/8', () => {
  // Every number is a short binary fraction, so that each step must come out exactly.
  const problem = writtenProblem('half_squared_error', [[1], [2], [3], [4]], [1, 1, 2, 4]);

  it('mean: θ := θ − α(1/m) Σ (h(x) − y)x', () => {
    // At 0 the residuals are −1, −1, −2, −4: Σ rx = −25, Σ r = −8.
    // At (25/32, 1/4): 1/32, 26/32, 19/32, −20/32; Σ rx = 30/32, Σ r = 26/32. J before the second step is Σ r²/8.
    expect(trajectory(problem, options(1 / 8, 'mean'), 2)).toMatchObject([
      { theta: [25 / 32, 1 / 4], loss: (1 + 676 + 361 + 400) / 1024 / 8, gradientMaxNorm: 30 / 128 },
      { theta: [25 / 32 - 30 / 1024, 1 / 4 - 26 / 1024] },
    ]);
  });

  it('sum: θ := θ − α Σ (h(x) − y)x, the 1/m folded into α', () => {
    expect(trajectory(problem, options(1 / 32, 'sum'), 2).map(({ theta }) => theta)).toEqual([
      [25 / 32, 1 / 4],
      [25 / 32 - 30 / 1024, 1 / 4 - 26 / 1024],
    ]);
    expect(trajectory(problem, options(1 / 8, 'sum'), 1)[0].theta).toEqual([25 / 8, 1]);
  });

  it('a penalty pulls at the weight and not at the intercept, and sum scales it too', () => {
    const penalised = { ...problem, l2: 2 };
    const start = Float64Array.of(1, -1);
    // Residuals at (1, −1): −1, 0, 0, −1; Σ rx = −5, Σ r = −2; λw = 2.
    expect(trajectory(penalised, options(1 / 8, 'mean'), 1, start)[0].theta).toEqual([
      1 - (-5 / 4 + 2) / 8,
      -1 + 2 / 4 / 8,
    ]);
    expect(trajectory(penalised, options(1 / 8, 'sum'), 1, start)[0].theta).toEqual([
      1 - (-5 + 4 * 2) / 8,
      -1 + 2 / 8,
    ]);
    expect([...start]).toEqual([1, -1]);
  });
});

it('the first step of a logistic regression from 0: h = 1/2, worked out by hand', () => {
  // Residuals ½, −½, ½, −½ of x = 1, 2, 4, 3: Σ rx = 0, without the intercept Σ r = 0 either; so of x = 1, 4, 2, 3: Σ rx = −1.
  const problem = writtenProblem('binary_cross_entropy', [[1], [4], [2], [3]], [0, 1, 0, 1]);
  expect(trajectory(problem, options(1 / 2, 'mean'), 1)[0].theta).toEqual([(4 / 2) * (1 / 4) * (1 / 2), 0]);
  expect(trajectory(problem, options(1 / 2, 'sum'), 1)[0].theta).toEqual([(4 / 2) * (1 / 2), 0]);
});

describe.each(lossNames)('%s', (loss) => {
  it.each(['mean', 'sum'] as const)('takes the textbook step each time: %s', (reduction) => {
    for (const fitIntercept of [true, false]) {
      for (const rows of [5, 8]) {
        const problem = randomProblem(loss, rows, 3, { fitIntercept, l2: 0.3, seed: rows });
        const start = normals(createGlmObjective(problem).size, 4);
        const rate = reduction === 'sum' ? 0.05 * rows : 0.05;
        let theta = start.slice();
        for (const step of trajectory(problem, options(0.05, reduction), 20, start)) {
          const { gradient } = referenceObjective(problem, theta);
          theta = theta.map((value, i) => value - rate * gradient[i]);
          // The same sums in another order: an ulp or so a step.
          step.theta.forEach((value, i) => {
            expect(Math.abs(value - theta[i])).toBeLessThan(1e-14);
          });
        }
      }
    }
  });

  it('walks one path, to the bit, by mean at α·m and by sum at α', () => {
    const problem = randomProblem(loss, 50, 3, { l2: 0.1 });
    // α = 0.002 comes from 0.1/50; times 50 it is 0.1 again.
    const mean = trajectory(problem, options(0.1, 'mean'), 50);
    expect(trajectory(problem, options(0.1 / 50, 'sum'), 50)).toEqual(mean);
    expect(trajectory(problem, options(0.1, 'sum'), 50)).not.toEqual(mean);
  });

  it('converges at the first gradient within the tolerance, and not before', () => {
    const problem = randomProblem(loss, 20, 2);
    const norms = trajectory(problem, options(0.3, 'mean'), 30).map((step) => step.gradientMaxNorm);
    const objective = createGlmObjective(problem);
    const solver = createGradientDescent(options(0.3, 'mean', norms[20]));
    const state = solver.init(objective);
    const converged = norms.map(() => solver.iterate(objective, state).converged);
    expect(converged).toEqual(norms.map((norm) => norm <= norms[20]));
    expect(converged.indexOf(true)).toBe(20);
  });
});
