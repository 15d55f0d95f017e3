/** One pass over the rows of a problem at some θ, a block at a time: the part that J, its gradient and its Hessian share. */
import type { LossName } from '../losses/index.ts';
import type { Matrix } from '../matrix.ts';
import type { Pace } from '../pace.ts';
import {
  createRowBlock,
  type GlmKernels,
  paddedTo,
  type RowBlock,
  type RowData,
  type Stretch,
} from './glm-kernels.ts';

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
  /** Sums at θ [k + 1 or k, C]; adds Σᵢ cᵢ·∂lossᵢ/∂θ to g [C, width] when given. */
  evaluate(theta: Float64Array, g: Float64Array | null): RowSums;
  /** Visits every block in order, with the residuals of c = 1. */
  visit(theta: Float64Array, visit: BlockVisit): void;
}

/** The rows' targets and weights where the kernels read them, for as many passes as a problem needs. */
export interface PassData {
  readonly weighted: RowData;
  /** With c = 1. */
  readonly plain: RowData;
}

export function createPassData({ x, target, weights, kernels }: GlmProblem): PassData {
  const copied = (values: Float64Array | null) => {
    const copy = kernels.allocate(paddedTo(x.rows));
    if (values) copy.set(values);
    else copy.fill(1, 0, x.rows);
    return copy;
  };
  const plain = { target: copied(target), weights: copied(null) };
  return { plain, weighted: weights === null ? plain : { ...plain, weights: copied(weights) } };
}

/** Multiply-adds between two polls. */
const stretchWork = 2 ** 20;

/** @param means subtracted from the columns of x, [k]; null to leave them */
export function createRowPass(
  problem: GlmProblem,
  data: PassData,
  means: Float64Array | null,
  pace: Pace,
): RowPass {
  const { x, outputs, fitIntercept, kernels, loss } = problem;
  const columns = fitIntercept ? x.columns + 1 : x.columns;
  const block = createRowBlock(kernels, columns, outputs);
  const { width, capacity, totals } = block;
  const w = kernels.allocate(outputs * width);
  const offsets = kernels.allocate(width);
  if (means) offsets.set(means);
  const stretchRows = Math.max(capacity, paddedTo(Math.floor(stretchWork / (width * outputs))));
  const stretchAt = (start: number, most: number): Stretch => {
    return { x, start, count: Math.min(most, x.rows - start), means: offsets, hasIntercept: fitIntercept };
  };

  function setWeights(theta: Float64Array): void {
    for (let j = 0; j < columns; j++) {
      for (let c = 0; c < outputs; c++) w[c * width + j] = theta[j * outputs + c];
    }
  }

  return {
    block,
    evaluate(theta, g) {
      setWeights(theta);
      totals.fill(0);
      for (let start = 0; start < x.rows; start += stretchRows) {
        const stretch = stretchAt(start, stretchRows);
        kernels.evaluate(stretch, block, data.weighted, w, loss, g);
        pace(stretch.count * width * outputs * (g === null ? 1 : 2));
      }
      return { loss: totals[0], correct: totals[1] };
    },
    visit(theta, visit) {
      setWeights(theta);
      for (let start = 0; start < x.rows; start += capacity) {
        const stretch = stretchAt(start, capacity);
        const rows = paddedTo(stretch.count);
        kernels.load(stretch, block);
        kernels.logits(block, rows, w);
        kernels.losses(block, data.plain, start, rows, loss);
        visit(start, stretch.count, rows);
        pace(rows * width * outputs);
      }
    },
  };
}
