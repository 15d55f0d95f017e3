/** Tells whether a direction separates the classes: then J has no minimum without a penalty, and its weights grow for ever. */
import { createPace } from '../pace.ts';
import { createRowBlock, paddedTo } from './glm-kernels.ts';
import type { GlmProblem } from './row-pass.ts';

/** How far a direction moves the rows to the right side, at the least and at the most. */
export interface Margins {
  readonly least: number;
  readonly most: number;
}

/**
 * The margins yᵢ·zᵢ of two classes (y = ±1), z_yᵢ − max of the others of many, over all rows. All above 0 at some θ is proof that a
 * plane separates the classes.
 *
 * @param theta W row-major [k, C], then b [C] with an intercept
 */
export function marginsOf(problem: SeparationProblem, theta: Float64Array): Margins {
  const { x, target, outputs } = problem;
  const pace = createPace(problem.poll);
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  const logits = createLogits(problem, theta);
  for (let start = 0; start < x.rows; start += logits.capacity) {
    const { z, count } = logits.at(start);
    for (let r = 0; r < count; r++) {
      const y = target[start + r];
      const margin = outputs === 1 ? (2 * y - 1) * z[r] : marginOfClass(z, r * outputs, outputs, y);
      least = Math.min(least, margin);
      most = Math.max(most, margin);
    }
    pace(count * x.columns * outputs);
  }
  return { least, most };
}

export type SeparationProblem = Pick<
  GlmProblem,
  'x' | 'target' | 'outputs' | 'fitIntercept' | 'kernels' | 'poll'
>;

/** The logits z [count, C] of a block of rows at a time. */
function createLogits({ x, outputs, fitIntercept, kernels }: SeparationProblem, theta: Float64Array) {
  const columns = fitIntercept ? x.columns + 1 : x.columns;
  const block = createRowBlock(kernels, columns, outputs);
  const w = kernels.allocate(outputs * block.width);
  const means = kernels.allocate(block.width);
  for (let j = 0; j < columns; j++) {
    for (let c = 0; c < outputs; c++) w[c * block.width + j] = theta[j * outputs + c];
  }
  return {
    capacity: block.capacity,
    at(start: number) {
      const count = Math.min(block.capacity, x.rows - start);
      kernels.load({ x, start, count, means, hasIntercept: fitIntercept }, block);
      kernels.logits(block, paddedTo(count), w);
      return { z: block.logits, count };
    },
  };
}

function marginOfClass(z: Float64Array, start: number, outputs: number, y: number): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < outputs; c++) if (c !== y && z[start + c] > best) best = z[start + c];
  return z[start + y] - best;
}
