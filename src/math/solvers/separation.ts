/** Tells whether a direction separates the classes: then J has no minimum without a penalty, and its weights grow for ever. */
import { createPace } from '../pace.ts';
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
export function marginsOf(
  {
    x,
    target,
    outputs,
    fitIntercept,
    poll,
  }: Pick<GlmProblem, 'x' | 'target' | 'outputs' | 'fitIntercept' | 'poll'>,
  theta: Float64Array,
): Margins {
  const pace = createPace(poll);
  const z = new Float64Array(outputs);
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < x.rows; i++) {
    for (let c = 0; c < outputs; c++) {
      let sum = fitIntercept ? theta[x.columns * outputs + c] : 0;
      for (let j = 0, at = i * x.stride; j < x.columns; j++) sum += x.data[at + j] * theta[j * outputs + c];
      z[c] = sum;
    }
    const margin = outputs === 1 ? (2 * target[i] - 1) * z[0] : marginOfClass(z, target[i]);
    least = Math.min(least, margin);
    most = Math.max(most, margin);
    pace(x.columns * outputs);
  }
  return { least, most };
}

function marginOfClass(z: Float64Array, y: number): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < z.length; c++) if (c !== y && z[c] > best) best = z[c];
  return z[y] - best;
}
