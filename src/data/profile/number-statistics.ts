/** Gathers the statistics of a number column chunk by chunk, in bounded memory and without losing digits. */

/** Up to so many distinct values are counted exactly; a set of more would not be bounded. */
export const maxCountedDistinct = 100_000;

/** Squares of greater values could overflow, so from then on everything is kept at 2⁻⁶⁰⁰ of its size. */
const largestSquared = 1e140;
const reducedScale = 2 ** -600;

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
  distinct: Set<number> | null = new Set();
  #scale = 1;
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
      this.#see(value);
    }
    this.count += count;
    this.missing += values.length - count;
    if (count > 0) this.#merge(values, count, shift);
  }

  get mean(): number {
    return this.#mean / this.#scale;
  }

  get std(): number {
    return Math.sqrt(this.#squares / this.count) / this.#scale;
  }

  #see(value: number): void {
    if (this.distinct === null) return;
    this.distinct.add(value);
    if (this.distinct.size > maxCountedDistinct) this.distinct = null;
  }

  #merge(values: Float64Array, count: number, shift: number): void {
    if (this.#scale === 1 && Math.max(-this.min, this.max) > largestSquared) {
      this.#scale = reducedScale;
      this.#mean *= reducedScale;
      this.#squares *= reducedScale * reducedScale;
    }
    const { sum, squares } = this.#deviations(values, shift * this.#scale);
    const delta = shift * this.#scale + sum / count - this.#mean;
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
