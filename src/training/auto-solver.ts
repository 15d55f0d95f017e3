/** What `auto` stands for: the solver whose way to the optimum is the shortest for the size and the conditioning of a problem. */
import type { ColumnProfile } from '../contracts/dataset.ts';
import type {
  LinearRegressionConfig,
  LinearSolver,
  LogisticRegressionConfig,
  LogisticSolver,
  Preprocessing,
} from '../contracts/model-config.ts';

export interface DesignShape {
  /** Encoded columns k. */
  readonly columns: number;
  /** Logits of a row, C. */
  readonly outputs: number;
  readonly rows: number;
  /** Ratio of the largest to the smallest standard deviation among the number columns as they are encoded. */
  readonly unitSpread: number;
}

type Settled<Solver> = Exclude<Solver, { type: 'auto' }>;

/** Above so many columns XᵀX and its factor cost more than L-BFGS needs to converge, whatever the number of rows. */
const maxNormalColumns = 2_000;
/** Above so many parameters a Newton step, size³/3 multiply-adds, is slower than the L-BFGS steps that it saves. */
const maxNewtonSize = 1_000;
/** Multiply-adds that are not worth a thought: a second or less. The most exact solver does them. */
const smallWork = 2e9;
/** Evaluations of J and its gradient until L-BFGS has converged, on columns of like scale and on others. Measured: 15 to 60, and hundreds. */
const lbfgsPasses = { alike: 50, apart: 1_000 };
/** Newton's steps to the optimum. Measured: 5 to 9. */
const newtonSteps = 8;
/** Columns whose units lie further apart than this slow L-BFGS down, whose steps have one metric for all of them. */
const alikeSpread = 100;

/** l1 needs the proximal gradient. Otherwise XᵀX, exact and indifferent to units, unless it is so large that L-BFGS is sooner done. */
export function linearSolver(
  { solver, l1 }: LinearRegressionConfig,
  design: DesignShape,
): Settled<LinearSolver> {
  if (solver.type !== 'auto') return solver;
  if (l1 > 0) return { ...solver, type: 'proximal_gradient' };
  const { columns, rows } = design;
  const work = (rows * columns * columns) / 2;
  const isDirect = columns <= maxNormalColumns && work <= Math.max(10 * smallWork, lbfgsWork(design));
  return isDirect ? { type: 'normal_equations' } : { ...solver, type: 'lbfgs' };
}

/**
 * l1 needs the proximal gradient. Otherwise Newton, which is exact and indifferent to units, where its Hessians are cheaper than the
 * passes of L-BFGS or cheap in themselves; but never with fewer rows than columns, where the Hessian is singular and what finds
 * its rank costs a hundred L-BFGS fits.
 */
export function logisticSolver(
  { solver, l1 }: LogisticRegressionConfig,
  design: DesignShape,
): Settled<LogisticSolver> {
  if (solver.type !== 'auto') return solver;
  if (l1 > 0) return { ...solver, type: 'proximal_gradient' };
  const { columns, outputs, rows } = design;
  const size = columns * outputs;
  const pairs = (outputs * (outputs + 1)) / 2;
  const work = newtonSteps * ((rows * pairs * columns * columns) / 2 + (size * size * size) / 3);
  const isSecondOrder =
    size <= maxNewtonSize && columns < rows && work <= Math.max(smallWork, lbfgsWork(design));
  return { ...solver, type: isSecondOrder ? 'newton' : 'lbfgs' };
}

function lbfgsWork({ columns, outputs, rows, unitSpread: spread }: DesignShape): number {
  const passes = spread > alikeSpread ? lbfgsPasses.apart : lbfgsPasses.alike;
  return passes * 2 * rows * columns * outputs;
}

/** 1 where the preprocessing gives all columns one scale. */
export function unitSpread(features: readonly ColumnProfile[], { numeric }: Preprocessing): number {
  if (numeric !== 'none') return 1;
  const deviations = features.flatMap((feature) =>
    feature.type === 'number' && feature.std !== null && feature.std > 0 ? [feature.std] : [],
  );
  return deviations.length === 0 ? 1 : Math.max(...deviations) / Math.min(...deviations);
}
