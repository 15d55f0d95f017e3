/** Fewer points of a curve, for a chart, with its peaks and valleys still there. */

/** Below so many stretches their extremes would crowd out the shape of the curve between them: even distances serve it better. */
const leastStretches = 8;

/** Some numbers of an item; null where it has none. */
export type Series<T> = (item: T) => number | null;

/**
 * At most `count` (at least 2) of the items, in their order: the first and the last; as far as there is room the lowest and the highest
 * of each series; then the lowest and the highest of each of equally long stretches; and the rest at even distances.
 */
export function thinned<T>(items: readonly T[], count: number, series: readonly Series<T>[] = []): T[] {
  if (items.length <= count) return [...items];
  const last = items.length - 1;
  const kept = new Set([0, last]);
  const keep = (index: number) => {
    if (kept.size < count) kept.add(index);
  };
  for (const index of extremes(items, series, 0, items.length)) keep(index);
  const stretches = series.length === 0 ? 0 : Math.floor((count - kept.size) / (2 * series.length));
  for (let i = 0; stretches >= leastStretches && i < stretches; i++) {
    const start = Math.floor((i * items.length) / stretches);
    const end = Math.floor(((i + 1) * items.length) / stretches);
    for (const index of extremes(items, series, start, end)) keep(index);
  }
  const rest = count - kept.size;
  for (let i = 1; i <= rest; i++) keep(Math.round((i * last) / (rest + 1)));
  return [...kept].sort((a, b) => a - b).map((index) => items[index]!);
}

/** Indices of the first lowest of each series from `start` to before `end`, then those of the first highest. */
function extremes<T>(
  items: readonly T[],
  series: readonly Series<T>[],
  start: number,
  end: number,
): number[] {
  const lowest: number[] = [];
  const highest: number[] = [];
  for (const read of series) {
    let low = -1;
    let high = -1;
    for (let i = start; i < end; i++) {
      const value = read(items[i]!);
      if (value === null) continue;
      if (low < 0 || value < read(items[low]!)!) low = i;
      if (high < 0 || value > read(items[high]!)!) high = i;
    }
    if (low >= 0) lowest.push(low);
    if (high >= 0) highest.push(high);
  }
  return [...lowest, ...highest];
}
