/** One pass over the rows of a problem at some θ, four rows at a time: the part that J, its gradient and its Hessian share. */
import { type LossName, losses } from '../losses/index.ts';
import type { Matrix } from '../matrix.ts';
import type { Pace } from '../pace.ts';
import { createDesignRows, groupRows } from './design-rows.ts';
import { groupLogits } from './group-products.ts';

export interface GlmProblem {
  readonly loss: LossName;
  /** Design matrix [m, k], f32 or f64. */
  readonly x: Matrix;
  /** [m]: class numbers, or values. */
  readonly target: Float64Array;
  /** Logits of a row: 1, or for softmax the number of classes C. */
  readonly outputs: number;
  readonly fitIntercept: boolean;
  /** λ ≥ 0 of the penalty. */
  readonly l2: number;
  /** Called for every few milliseconds of work; throws to interrupt it. */
  readonly poll: () => void;
}

export interface RowPass {
  /** Columns, with the intercept's: θ is [width, outputs]. */
  readonly width: number;
  /** The present group of rows, [4, width]; zeros past the last row. */
  readonly group: Float64Array;
  /** ∂loss/∂z of the present group, [4, outputs]; zeros past the last row. */
  readonly residuals: Float64Array;
  /** Visits every group in order, after its residuals are made. Returns Σᵢ lossᵢ. */
  run(theta: Float64Array, visit: (start: number, count: number) => void): number;
}

/** @param means subtracted from the columns of x, [k]; null to leave them */
export function createRowPass(problem: GlmProblem, means: Float64Array | null, pace: Pace): RowPass {
  const { x, target, outputs, fitIntercept } = problem;
  const loss = losses[problem.loss];
  const design = createDesignRows(x, fitIntercept, means);
  const { group, width } = design;
  const weights = new Float64Array(width * outputs);
  const z = new Float64Array(groupRows * outputs);
  const residuals = new Float64Array(groupRows * outputs);
  return {
    width,
    group,
    residuals,
    run(theta, visit) {
      transpose(theta, width, outputs, weights);
      let sum = 0;
      for (let start = 0; start < x.rows; start += groupRows) {
        const count = design.load(start);
        groupLogits(group, weights, width, outputs, z);
        if (count < groupRows) residuals.fill(0);
        let groupSum = 0;
        for (let r = 0; r < count; r++) {
          groupSum += loss.row(z, r * outputs, outputs, target[start + r], residuals, 1);
        }
        sum += groupSum;
        visit(start, count);
        pace(groupRows * width * (outputs + 1));
      }
      return sum;
    },
  };
}

/** b [columns, rows] = aᵀ, a [rows, columns]. */
export function transpose(a: Float64Array, rows: number, columns: number, b: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) b[j * rows + i] = a[i * columns + j];
  }
}
