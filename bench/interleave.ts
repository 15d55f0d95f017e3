/** Times cases side by side: their runs alternate, so that whatever else the machine does falls on all of them alike. */

export interface BenchCase {
  readonly name: string;
  /** Work of one run, in `unit`s; the figure printed is units a second. */
  readonly amount: number;
  run(): void;
}

export interface BenchResult {
  readonly name: string;
  /** Units a second: the median of the rounds, the slowest and the fastest. */
  readonly median: number;
  readonly slowest: number;
  readonly fastest: number;
}

/** One round more than `rounds` is run: the first only warms up. */
export function interleave(cases: readonly BenchCase[], rounds: number): BenchResult[] {
  const rates = cases.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (let i = 0; i < cases.length; i++) {
      const start = performance.now();
      cases[i].run();
      const seconds = (performance.now() - start) / 1000;
      if (round > 0) rates[i].push(cases[i].amount / seconds);
    }
  }
  return cases.map(({ name }, i) => {
    const sorted = rates[i].toSorted((a, b) => a - b);
    return { name, median: median(sorted), slowest: sorted[0], fastest: sorted.at(-1)! };
  });
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Prints a table; each ratio is to the first case. */
export function printResults(title: string, unit: string, results: readonly BenchResult[]): void {
  console.log(`\n${title} (${unit} a second)`);
  const width = Math.max(...results.map(({ name }) => name.length));
  for (const { name, median: middle, slowest, fastest } of results) {
    const ratio = (middle / results[0].median).toFixed(2);
    console.log(
      `  ${name.padEnd(width)}  ${format(middle)}  (${format(slowest)} to ${format(fastest)})  ×${ratio}`,
    );
  }
}

function format(rate: number): string {
  return rate.toLocaleString('en', { maximumSignificantDigits: 3 });
}
