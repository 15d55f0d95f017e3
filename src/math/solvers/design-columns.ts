/** What the solvers want to know of the columns of a design matrix: where they are, and how far they spread. */
import type { Pace } from '../pace.ts';
import { createRowBlock, paddedTo } from './glm-kernels.ts';
import type { GlmProblem } from './row-pass.ts';

type Columns = Pick<GlmProblem, 'x' | 'kernels'>;

/** Mean square of all elements of x [n, k], less `means` [k] when given. Infinite where it overflows. */
export function meanSquare({ x, kernels }: Columns, means: Float64Array | null, pace: Pace): number {
  const block = createRowBlock(kernels, x.columns, 1);
  const offsets = kernels.allocate(block.width);
  if (means) offsets.set(means);
  let sum = 0;
  for (let start = 0; start < x.rows; start += block.capacity) {
    const count = Math.min(block.capacity, x.rows - start);
    kernels.load({ x, start, count, means: offsets, hasIntercept: false }, block);
    sum += kernels.sumOfSquares(block, paddedTo(count));
    pace(count * block.width);
  }
  return sum / (x.rows * x.columns);
}

/** Column means [k] of x [n, k]. Summed about the first row, so that a constant column's mean is exactly its value. */
export function columnMeans({ x, kernels }: Columns, pace: Pace): Float64Array {
  const block = createRowBlock(kernels, x.columns, 1);
  const first = kernels.allocate(block.width);
  first.set(x.data.subarray(0, x.columns));
  const sums = kernels.allocate(block.width);
  // The gradient of rows whose residuals are 1 is their sum.
  block.residuals.fill(1);
  for (let start = 0; start < x.rows; start += block.capacity) {
    const count = Math.min(block.capacity, x.rows - start);
    kernels.load({ x, start, count, means: first, hasIntercept: false }, block);
    kernels.addGradient(block, paddedTo(count), sums);
    pace(count * block.width);
  }
  return first.slice(0, x.columns).map((value, j) => value + sums[j] / x.rows);
}
