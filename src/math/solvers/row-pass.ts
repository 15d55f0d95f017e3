/** One pass over the rows of a problem at some θ, a block at a time: the part that J, its gradient and its Hessian share. */
import type { LossName } from '../losses/index.ts';
import type { Matrix } from '../matrix.ts';
import type { Pace } from '../pace.ts';
import { createRowBlock, type GlmKernels, paddedTo, type RowBlock } from './glm-kernels.ts';

export interface GlmProblem {
  readonly loss: LossName;
  /** Design matrix [m, k], f32 or f64. */
  readonly x: Matrix;
  /** [m]: class numbers, or values. */
  readonly target: Float64Array;
  /** c, the weight of each row in J, [m]; null for ones. */
  readonly weights: Float64Array | null;
  /** Logits of a row: 1, or for softmax the number of classes C. */
  readonly outputs: number;
  readonly fitIntercept: boolean;
  /** Weight of ‖w‖₁ in J, ≥ 0. It is for the solvers: the objective's own value and gradient are of the smooth part. */
  readonly l1: number;
  /** λ ≥ 0 of the penalty. */
  readonly l2: number;
  readonly kernels: GlmKernels;
  /** Called for every few milliseconds of work; throws to interrupt it. */
  readonly poll: () => void;
}

/** Sums over rows. */
export interface RowSums {
  /** Σᵢ cᵢ·lossᵢ, without a penalty. */
  readonly loss: number;
  /** Rows that predict would give their own class; 0 in a regression. */
  readonly correct: number;
}

/** What a pass does with a block once its residuals are made: `start` is its first row, `rows` how many it has, padded. */
export type BlockVisit = (start: number, count: number, rows: number) => void;

export interface RowPass {
  readonly block: RowBlock;
  /**
   * Visits every block in order.
   *
   * @param theta        [k + 1 or k, C]
   * @param isWeighted false: residuals and sums are those of c = 1
   */
  run(theta: Float64Array, isWeighted: boolean, visit: BlockVisit): RowSums;
}

/** @param means subtracted from the columns of x, [k]; null to leave them */
export function createRowPass(problem: GlmProblem, means: Float64Array | null, pace: Pace): RowPass {
  const { x, target, outputs, fitIntercept, kernels, loss } = problem;
  const columns = fitIntercept ? x.columns + 1 : x.columns;
  const block = createRowBlock(kernels, columns, outputs);
  const { width, totals } = block;
  const weights = kernels.allocate(outputs * width);
  const offsets = kernels.allocate(width);
  if (means) offsets.set(means);

  /** The block's share of the target and of the rows' weights. */
  function loadTargets(start: number, count: number, c: Float64Array | null): void {
    for (let r = 0; r < count; r++) {
      block.target[r] = target[start + r];
      block.weights[r] = c === null ? 1 : c[start + r];
    }
    block.target.fill(0, count);
    block.weights.fill(0, count);
  }

  return {
    block,
    run(theta, isWeighted, visit) {
      for (let j = 0; j < columns; j++) {
        for (let c = 0; c < outputs; c++) weights[c * width + j] = theta[j * outputs + c];
      }
      totals.fill(0);
      for (let start = 0; start < x.rows; start += block.capacity) {
        const count = Math.min(block.capacity, x.rows - start);
        const rows = paddedTo(count);
        kernels.load(x, start, count, offsets, fitIntercept, block);
        loadTargets(start, count, isWeighted ? problem.weights : null);
        kernels.logits(block, rows, weights);
        kernels.losses(block, rows, loss);
        visit(start, count, rows);
        pace(rows * width * (outputs + 1));
      }
      return { loss: totals[0], correct: totals[1] };
    },
  };
}
