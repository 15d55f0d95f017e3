/** Gathers the statistics of a number column chunk by chunk, in bounded memory and without losing digits. */

import { DistinctNumbers } from './distinct-numbers.ts';

/** Up to so many distinct values are counted exactly; a set of more would not be bounded. */
export const maxCountedDistinct = 100_000;

/**
 * Squares of values beyond these would overflow or vanish, so such columns are kept at 2⁻⁶⁰⁰ or 2⁶⁰⁰ of their size. The bounds
 * leave room for the last digits: a deviation is at least 10⁻¹⁶ of the greatest value.
 */
const largestSquared = 1e100;
const leastSquared = 1e-100;

function scaleFor(greatest: number): number {
  if (greatest > largestSquared) return 2 ** -600;
  return greatest < leastSquared ? 2 ** 600 : 1;
}

/**
 * Minimum, maximum, mean, population standard deviation and distinct values of a stream of numbers.
 *
 * Each chunk gets its own mean and sum of squared deviations, shifted by its first value (a two-pass sum, corrected); chunks
 * are merged by Chan's formula, M₂ = M₂ₐ + M₂ᵦ + δ²·nₐnᵦ/n. So a large common offset costs no digits.
 *
 * @see Chan, Golub, LeVeque: Updating formulae and a pairwise algorithm for computing sample variances (1979)
 */
export class NumberStatistics {
  count = 0;
  missing = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  /** Every value so far is a whole number. */
  isIntegral = true;
  /** Null once there are more than `maxCountedDistinct`. */
  distinct: DistinctNumbers | null = new DistinctNumbers(maxCountedDistinct);
  #scale = 1;
  /** The first value, off which the mean is counted: means of values near each other differ by less than a unit of their own size. */
  #origin = Number.NaN;
  /** Of x − origin. */
  #mean = 0;
  #squares = 0;

  /** @param values missing is NaN */
  add(values: Float64Array): void {
    let count = 0;
    let shift = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      if (count++ === 0) shift = value;
      if (value < this.min) this.min = value;
      if (value > this.max) this.max = value;
      if (value !== Math.floor(value)) this.isIntegral = false;
    }
    if (this.distinct?.add(values) === false) this.distinct = null;
    this.count += count;
    this.missing += values.length - count;
    if (count > 0) this.#merge(values, count, shift);
  }

  get mean(): number {
    return (this.#origin * this.#scale + this.#mean) / this.#scale;
  }

  get std(): number {
    return Math.sqrt(this.#squares / this.count) / this.#scale;
  }

  #merge(values: Float64Array, count: number, shift: number): void {
    if (Number.isNaN(this.#origin)) this.#origin = shift;
    const scale = scaleFor(Math.max(-this.min, this.max));
    const change = scale / this.#scale;
    this.#scale = scale;
    this.#mean *= change;
    // By and by: its square alone would vanish.
    this.#squares = this.#squares * change * change;
    const { sum, squares } = this.#deviations(values, shift * this.#scale);
    const delta = shift * scale - this.#origin * scale + sum / count - this.#mean;
    const before = this.count - count;
    this.#mean += (delta * count) / this.count;
    // The second term is what the shift leaves of the mean: Σ(x−s)² − (Σ(x−s))²/n.
    this.#squares +=
      Math.max(0, squares - (sum * sum) / count) + (delta * delta * before * count) / this.count;
  }

  #deviations(values: Float64Array, shift: number): { sum: number; squares: number } {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < values.length; i++) {
      const deviation = values[i]! * this.#scale - shift;
      if (Number.isNaN(deviation)) continue;
      sum += deviation;
      squares += deviation * deviation;
    }
    return { sum, squares };
  }
}
