/** Times cases side by side: their runs alternate, so that whatever else the machine does falls on all of them alike. */

export interface BenchCase {
  readonly name: string;
  /** Work of one run, in `unit`s; the figure printed is units a second. */
  readonly amount: number;
  /** Does the work once; its seconds. */
  run(): number | Promise<number>;
}

export interface BenchResult {
  readonly name: string;
  /** Units a second: the median of the rounds, the slowest and the fastest. */
  readonly median: number;
  readonly slowest: number;
  readonly fastest: number;
}

/** Seconds that the work takes. */
export function timed(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

/** Seconds of this thread's processor that the work takes: what else runs on the machine is not in it. */
export function processorTimed(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1e6;
}

/** One round more than `rounds` is run: the first only warms up. */
export async function interleave(cases: readonly BenchCase[], rounds: number): Promise<BenchResult[]> {
  const rates = cases.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, { amount, run }] of cases.entries()) {
      const seconds = await run();
      if (round > 0) rates[i].push(amount / seconds);
    }
  }
  return cases.map(({ name }, i) => {
    const sorted = rates[i].toSorted((a, b) => a - b);
    return { name, median: median(sorted), slowest: sorted[0], fastest: sorted.at(-1)! };
  });
}

export function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Prints a table; each ratio says how many times as fast as the case the first one is. */
export function printResults(title: string, unit: string, results: readonly BenchResult[]): void {
  console.log(`\n${title} (${unit} a second)`);
  const width = Math.max(...results.map(({ name }) => name.length));
  for (const { name, median: middle, slowest, fastest } of results) {
    const ratio = (results[0].median / middle).toFixed(2);
    console.log(
      `  ${name.padEnd(width)}  ${format(middle)}  (${format(slowest)} to ${format(fastest)})  ours ×${ratio}`,
    );
  }
}

function format(rate: number): string {
  return rate.toLocaleString('en', { maximumSignificantDigits: 3 });
}
