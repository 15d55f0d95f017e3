/** Percentiles of a sample: medians to impute with, quartiles to scale by. */
import { neighbours } from './neighbours.ts';

/**
 * numpy.percentile's default (`linear`: Hyndman & Fan's type 7): the value at position fraction · (n − 1) of the sorted sample,
 * interpolated between its neighbours, from the nearer one as numpy does.
 *
 * @param values   in any order, not empty, no NaN; left as they are
 * @param fraction 0 to 1
 */
export function percentile(values: Float64Array, fraction: number): number {
  const position = fraction * (values.length - 1);
  const index = Math.floor(position);
  const [low, high] = neighbours(values, index);
  const weight = position - index;
  return weight < 0.5 ? low + (high - low) * weight : high - (high - low) * (1 - weight);
}
