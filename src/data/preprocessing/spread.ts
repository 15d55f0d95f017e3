/** Where a column's values lie: one pass for range and mean, one for the deviation, four lanes each. */

export interface Spread {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** √(Σ(x − mean)² / n), of the population. */
  readonly deviation: number;
}

/**
 * Four sums run side by side: a single one would wait for each addition, and take three times as long. The second pass also adds up
 * what rounding took from the mean in the first.
 *
 * @param values not empty; the mean is NaN when one of them is
 */
export function spreadOf(values: Float64Array): Spread {
  const { min, max, sum } = rangeAndSum(values);
  // The sum of equal values may be off by a rounding, and so would their mean be.
  if (min === max && !Number.isNaN(sum)) return { min, max, mean: min, deviation: 0 };
  const first = sum / values.length;
  const largest = Math.max(max - first, first - min);
  // Only squares that would over- or underflow are divided: it takes as long as all the rest.
  const unit = largest > 1e-100 && largest < 1e100 ? 1 : largest;
  const { rest, squares } = unit === 1 ? deviations(values, first) : dividedDeviations(values, first, unit);
  const shift = rest / values.length;
  const variance = squares / values.length - (shift / unit) * (shift / unit);
  return { min, max, mean: first + shift, deviation: unit * Math.sqrt(Math.max(0, variance)) };
}

function rangeAndSum(values: Float64Array): { min: number; max: number; sum: number } {
  let min = values[0];
  let max = values[0];
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  const whole = values.length - (values.length % 4);
  for (; i < whole; i += 4) {
    const a = values[i];
    const b = values[i + 1];
    const c = values[i + 2];
    const d = values[i + 3];
    s0 += a;
    s1 += b;
    s2 += c;
    s3 += d;
    if (a < min) min = a;
    if (a > max) max = a;
    if (b < min) min = b;
    if (b > max) max = b;
    if (c < min) min = c;
    if (c > max) max = c;
    if (d < min) min = d;
    if (d > max) max = d;
  }
  for (; i < values.length; i++) {
    s0 += values[i];
    if (values[i] < min) min = values[i];
    if (values[i] > max) max = values[i];
  }
  return { min, max, sum: s0 + s2 + (s1 + s3) };
}

/** Σ(x − center) and Σ(x − center)². */
function deviations(values: Float64Array, center: number): { rest: number; squares: number } {
  let r0 = 0;
  let r1 = 0;
  let r2 = 0;
  let r3 = 0;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  const whole = values.length - (values.length % 4);
  for (; i < whole; i += 4) {
    const a = values[i] - center;
    const b = values[i + 1] - center;
    const c = values[i + 2] - center;
    const d = values[i + 3] - center;
    r0 += a;
    r1 += b;
    r2 += c;
    r3 += d;
    s0 += a * a;
    s1 += b * b;
    s2 += c * c;
    s3 += d * d;
  }
  for (; i < values.length; i++) {
    const a = values[i] - center;
    r0 += a;
    s0 += a * a;
  }
  return { rest: r0 + r2 + (r1 + r3), squares: s0 + s2 + (s1 + s3) };
}

/** Σ(x − center) and Σ((x − center) / unit)². */
function dividedDeviations(
  values: Float64Array,
  center: number,
  unit: number,
): { rest: number; squares: number } {
  let rest = 0;
  let squares = 0;
  for (const value of values) {
    const d = value - center;
    rest += d;
    squares += (d / unit) * (d / unit);
  }
  return { rest, squares };
}
