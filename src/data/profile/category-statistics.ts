/** Counts the values of a category column chunk by chunk, until they are too many to keep. */
import { maxCountedDistinct } from './number-statistics.ts';

export class CategoryStatistics {
  missing = 0;
  /** Rows by value; null once they are too many or too long, and then DuckDB has to count them. */
  counts: Map<string, number> | null = new Map();
  readonly #maxKeptLength: number;
  #keptLength = 0;

  /** @param maxKeptLength UTF-16 units that the values kept may have together: 100,000 documents would be no bounded memory */
  constructor(maxKeptLength: number) {
    this.#maxKeptLength = maxKeptLength;
  }

  add(values: readonly (string | null)[]): void {
    for (const value of values) {
      if (value === null) this.missing++;
      else this.#see(value);
    }
  }

  #see(value: string): void {
    if (this.counts === null) return;
    const count = this.counts.get(value);
    this.counts.set(value, (count ?? 0) + 1);
    if (count !== undefined) return;
    this.#keptLength += value.length;
    if (this.counts.size > maxCountedDistinct || this.#keptLength > this.#maxKeptLength) this.counts = null;
  }
}
