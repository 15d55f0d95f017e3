/** Percentiles of a sample: medians to impute with, quartiles to scale by. */

/**
 * numpy.percentile's default (`linear`: Hyndman & Fan's type 7): the value at position fraction · (n − 1) of the sorted sample,
 * interpolated between its neighbours, from the nearer one as numpy does.
 *
 * @param sorted   ascending, not empty, no NaN
 * @param fraction 0 to 1
 */
export function percentile(sorted: Float64Array, fraction: number): number {
  const position = fraction * (sorted.length - 1);
  const index = Math.floor(position);
  const low = sorted[index];
  const high = sorted[Math.min(index + 1, sorted.length - 1)];
  const weight = position - index;
  return weight < 0.5 ? low + (high - low) * weight : high - (high - low) * (1 - weight);
}
