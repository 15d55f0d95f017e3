/** Picks two neighbours of the sorted order without sorting: for a million values a twentieth of the time. */

type Pair = [low: number, high: number];

/** Below it a sort is as fast. */
const leastToSelect = 4_096;

/**
 * The values at `index` and at the next index (or again at `index`, when it is the last) of the values in ascending order. A sorted
 * sample gives a narrow window that all but surely holds both; one pass counts what lies below and keeps what lies within.
 *
 * @param values not empty, no NaN; left as they are
 * @see Floyd & Rivest 1975, Expected time bounds for selection
 */
export function neighbours(values: Float64Array, index: number): Pair {
  const next = Math.min(index + 1, values.length - 1);
  const found = values.length < leastToSelect ? null : select(values, index, next);
  if (found !== null) return found;
  const sorted = values.slice().sort();
  return [sorted[index], sorted[next]];
}

/** Null where the sample has misled: the values are periodic, or most of them are in the window. */
function select(values: Float64Array, index: number, next: number): Pair | null {
  const window = windowAround(values, index);
  const kept = new Float64Array(values.length >> 3);
  const { below, lows, within, highs } = divide(values, window, kept);
  if (within > kept.length) return null;
  const between = kept.subarray(0, within);
  const valueAt = (rank: number): number | null => {
    if (rank < below) return null;
    if (rank < below + lows) return window.low;
    if (rank < below + lows + within) return quickselect(between, rank - below - lows);
    return rank < below + lows + within + highs ? window.high : null;
  };
  const pair = [valueAt(index), valueAt(next)];
  return pair.includes(null) ? null : (pair as Pair);
}

interface Window {
  readonly low: number;
  readonly high: number;
}

/** Counts the values below the window, at its ends and within, and keeps those within. */
function divide(values: Float64Array, { low, high }: Window, kept: Float64Array) {
  let below = 0;
  let lows = 0;
  let highs = 0;
  let within = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    // Counted without a branch: half of them go either way, and each wrong guess costs as much as twenty values.
    below += Number(value < low);
    if ((Number(value >= low) & Number(value <= high)) === 0) continue;
    if (value === low) lows++;
    else if (value === high) highs++;
    // Past its end a typed array takes nothing, and `within` tells.
    else kept[within++] = value;
  }
  return { below, lows, within, highs };
}

/** Values between which the wanted ones lie with a chance of all but 0.3 %: three standard deviations of a sample's rank. */
function windowAround(values: Float64Array, index: number): Window {
  const step = Math.max(1, Math.floor(Math.sqrt(values.length) / 16));
  const sample = new Float64Array(Math.ceil(values.length / step));
  for (let i = 0; i < sample.length; i++) sample[i] = values[i * step];
  const margin = Math.ceil(1.5 * Math.sqrt(sample.length));
  const rank = Math.round(index / step);
  return {
    low: rank - margin < 0 ? Number.NEGATIVE_INFINITY : quickselect(sample, rank - margin),
    high: rank + margin >= sample.length ? Number.POSITIVE_INFINITY : quickselect(sample, rank + margin),
  };
}

/** The value that sorting would put at `rank`. Reorders the values. @see Hoare 1961, algorithm 65 */
function quickselect(values: Float64Array, rank: number): number {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = medianOfThree(values[left], values[(left + right) >> 1], values[right]);
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const held = values[i];
      values[i++] = values[j];
      values[j--] = held;
    }
    // Between j and i all are the pivot.
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else break;
  }
  return values[rank];
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
