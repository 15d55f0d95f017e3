/** Every solver that a config can name but sgd, which is a network's descent, made ready for a problem: what the solver tests run on. */
import { LinearSolver } from '../../../../src/contracts/model-config.ts';
import { type LossName, lossNames } from '../../../../src/math/losses/index.ts';
import type { GlmProblem } from '../../../../src/math/solvers/glm-objective.ts';
import { createGradientDescent } from '../../../../src/math/solvers/gradient-descent.ts';
import { createLbfgs } from '../../../../src/math/solvers/lbfgs.ts';
import { createNewton } from '../../../../src/math/solvers/newton.ts';
import { createProximalGradient } from '../../../../src/math/solvers/proximal-gradient.ts';
import type {
  GlmObjective,
  IterationReport,
  Solver,
  SolverState,
} from '../../../../src/math/solvers/solver.ts';

interface ListedSolver {
  create(problem: GlmProblem, tolerance: number): Solver;
  readonly losses: readonly LossName[];
  /** Ends at the optimum of least ‖w‖; gradient descent ends at that of least ‖θ‖. */
  readonly isLeastNorm: boolean;
  /** Takes no account of each column's own unit, and thousands of iterations where others take tens. */
  readonly isFirstOrder?: boolean;
  /** Refuses a step to where J is not finite; gradient descent takes it and says so. */
  readonly isGuarded: boolean;
  /** Enough for every golden that the solver is tried on. */
  readonly maxIterations: number;
  /** Largest error of a golden's θ at tolerance 1e-10, relative above 1; measured: 2e-10, 1.2e-9, 3e-8. */
  readonly accuracy: number;
}

const newton = { isLeastNorm: true, isGuarded: true, maxIterations: 30, accuracy: 1e-9 };

export const solvers: Readonly<Record<Exclude<LinearSolver['type'], 'auto' | 'sgd'>, ListedSolver>> = {
  normal_equations: {
    ...newton,
    create: () => createNewton({ tolerance: 0 }),
    losses: ['half_squared_error'],
    maxIterations: 1,
  },
  newton: { ...newton, create: (_problem, tolerance) => createNewton({ tolerance }), losses: lossNames },
  lbfgs: {
    create: (_problem, tolerance) => createLbfgs({ tolerance }),
    losses: lossNames,
    isLeastNorm: true,
    isGuarded: true,
    maxIterations: 300,
    accuracy: 1e-8,
  },
  proximal_gradient: {
    create: (_problem, tolerance) => createProximalGradient({ tolerance }),
    losses: lossNames,
    isLeastNorm: true,
    isGuarded: true,
    isFirstOrder: true,
    maxIterations: 20_000,
    accuracy: 1e-7,
  },
  gradient_descent: {
    create: (problem, tolerance) =>
      createGradientDescent({ learningRate: 1 / curvatureBound(problem), reduction: 'mean', tolerance }),
    losses: lossNames,
    isLeastNorm: false,
    isGuarded: false,
    maxIterations: 50_000,
    accuracy: 1e-7,
  },
};

export const solverNames = Object.keys(solvers) as (keyof typeof solvers)[];
export const configurableSolvers = LinearSolver.options.map((option) => option.shape.type.value);

/** Above the largest eigenvalue of any Hessian of J: the trace of XᵀX/m times the largest curvature of the loss, and λ. */
function curvatureBound({ x, loss, l2, fitIntercept }: GlmProblem): number {
  let squares = 0;
  for (const value of x.data) squares += value * value;
  const trace = squares / x.rows + (fitIntercept ? 1 : 0);
  return (
    trace * { half_squared_error: 1, binary_cross_entropy: 1 / 4, softmax_cross_entropy: 1 / 2 }[loss] + l2
  );
}

/** Iterates until converged, or `maxIterations` times. */
export function runSolver(
  solver: Solver,
  objective: GlmObjective,
  maxIterations: number,
): { readonly state: SolverState; readonly report: IterationReport } {
  const state = solver.init(objective);
  let report = solver.iterate(objective, state);
  while (!report.converged && state.iteration < maxIterations) report = solver.iterate(objective, state);
  return { state, report };
}
