/**
 * The arithmetic of a generalised linear model, a block of rows at a time. The reference implementation says what is right; the
 * one in WebAssembly takes the same operations in the same order, so the bits do not depend on which of them runs.
 */
import type { LossName } from '../losses/index.ts';
import type { Dtype, Matrix } from '../matrix.ts';

/** Most rows of a block: with 50 columns it is 26 kB, and stays in the first-level cache through all that is done with it. */
const maxBlockRows = 64;
/** Most multiply-adds of a block's logits: a few milliseconds of the plain kernels. */
const maxBlockWork = 2 ** 21;
/** Columns of a block are padded with zeros to a multiple of it, and so are its last rows: sums run in so many lanes. */
export const laneCount = 4;

export const paddedTo = (count: number): number => Math.ceil(count / laneCount) * laneCount;

/** A block of rows, and what is known of each; zeros past the last row. All from `allocate`. */
export interface RowBlock {
  /** Most rows, n: a multiple of 4, and a function of the shape alone. */
  readonly capacity: number;
  /** Columns with the intercept's, padded. */
  readonly width: number;
  /** C, logits of a row. */
  readonly outputs: number;
  /** [n, width]. */
  readonly rows: Float64Array;
  /** z, [n, C]. */
  readonly logits: Float64Array;
  /** r = c · ∂loss/∂z, [n, C]. */
  readonly residuals: Float64Array;
  /** Σ c · loss and the number of right rows, [2]. */
  readonly totals: Float64Array;
}

/** What is known of all rows beside x, to the next multiple of 4; zeros past the last row. All from `allocate`. */
export interface RowData {
  /** y. */
  readonly target: Float64Array;
  /** c; the 0 past the last row is how those count for nothing. */
  readonly weights: Float64Array;
}

/** The rows of a pass that are taken in one go. */
export interface Stretch {
  readonly x: Matrix;
  readonly start: number;
  readonly count: number;
  /** Subtracted from the columns, [≥ k]. */
  readonly means: Float64Array;
  readonly hasIntercept: boolean;
}

/** Every count of rows is one of paddedTo(…). No method allocates but `allocate` and `matrix`. */
export interface GlmKernels {
  /** Zeroed, in the memory that the kernels compute in. */
  allocate(length: number): Float64Array;
  /** A zeroed matrix [rows, columns] in memory that threads share, where `load` reads it fastest. */
  matrix(rows: number, columns: number, dtype: Dtype): Matrix;
  /**
   * The stretch's rows of x [n, k], less the means, become the first rows of the block; column k becomes 1 with an intercept. What is past
   * the last row, to a multiple of 4, becomes 0.
   */
  load(stretch: Stretch, block: RowBlock): void;
  /** z = rows · wᵀ, w [C, width]. Each is (s₀ + s₂) + (s₁ + s₃), sₗ the sum in order over the columns j ≡ l mod 4. */
  logits(block: RowBlock, rows: number, w: Float64Array): void;
  /**
   * Of the rows from `start` on: overwrites `residuals`, and adds to `totals` Σ c · loss, as (l₀ + l₂) + (l₁ + l₃) for each four rows, and
   * the number of those that predict would give their own class (0 in a regression).
   */
  losses(block: RowBlock, data: RowData, start: number, rows: number, loss: LossName): void;
  /** g [C, width] += residualsᵀ · rows, four rows at a time: g + (((r₀x₀ + r₁x₁) + r₂x₂) + r₃x₃). */
  addGradient(block: RowBlock, rows: number, g: Float64Array): void;
  /**
   * Loads, logits, losses and, with g, gradients of a stretch of any length, a few rows at a time: `totals` and g are what those would
   * make of them one after the other.
   */
  evaluate(
    stretch: Stretch,
    block: RowBlock,
    data: RowData,
    w: Float64Array,
    loss: LossName,
    g: Float64Array | null,
  ): void;
  /** out [n, width] = d [n] times the rows. */
  scaleRows(block: RowBlock, rows: number, d: Float64Array, out: Float64Array): void;
  /**
   * Rows from … to of the upper triangle of h [width, width], which lies at `offset`, += scaledᵀ · rows: the sum over the block in
   * order, then added. The 4 × 4 tiles on the diagonal are filled whole; what is below them is not touched.
   *
   * @param from, to multiples of 4
   */
  addOuter(
    block: RowBlock,
    rows: number,
    scaled: Float64Array,
    h: Float64Array,
    offset: number,
    from: number,
    to: number,
  ): void;
  /** Σ of the squares of the rows, in four lanes by column as the logits are. */
  sumOfSquares(block: RowBlock, rows: number): number;
}

/** Allocates a block for rows of `columns` columns, the intercept's included. */
export function createRowBlock(kernels: GlmKernels, columns: number, outputs: number): RowBlock {
  const width = paddedTo(columns);
  const affordable = Math.floor(maxBlockWork / (width * outputs) / laneCount) * laneCount;
  const capacity = Math.max(laneCount, Math.min(maxBlockRows, affordable));
  return {
    capacity,
    width,
    outputs,
    rows: kernels.allocate(capacity * width),
    logits: kernels.allocate(capacity * outputs),
    residuals: kernels.allocate(capacity * outputs),
    totals: kernels.allocate(2),
  };
}
