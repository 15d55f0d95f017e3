/** What a run of kills came to, in the words of the promise. */

export interface FaultReport {
  readonly family: string;
  readonly seed: number;
  kills: number;
  /** Acknowledged and gone, or not what it was: jobs, versions, models, tables. */
  readonly lost: string[];
  /** Other bits, another history, a state that nobody asked for, a database that is not whole. */
  readonly unexpected: string[];
  /** Jobs that were disturbed and ended with the bits of an undisturbed run. */
  recovered: number;
  /** Jobs that no kill touched, and that ended so too. */
  ok: number;
  /** What clients had acknowledged and found again. */
  acknowledged: number;
  readonly weights: Set<string>;
  /** Resumed claims: from a checkpoint, or from the start since there was none yet. */
  fromCheckpoint: number;
  fromStart: number;
  /** From a kill of the trainer, or the start of a service, to the next epoch's commit of a running job, ms. */
  readonly runningAgainMs: number[];
  /** Training time past the last checkpoint, which is done again, ms. */
  readonly redoneMs: number[];
}

export function emptyReport(family: string, seed: number): FaultReport {
  return {
    family,
    seed,
    kills: 0,
    lost: [],
    unexpected: [],
    recovered: 0,
    ok: 0,
    acknowledged: 0,
    weights: new Set(),
    fromCheckpoint: 0,
    fromStart: 0,
    runningAgainMs: [],
    redoneMs: [],
  };
}

/** @returns NaN for none */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

export function reportText(report: FaultReport): string {
  const ms = (values: readonly number[]) =>
    `median ${quantile(values, 0.5).toFixed(0)} ms, 95 % ${quantile(values, 0.95).toFixed(0)} ms, most ${quantile(values, 1).toFixed(0)} ms`;
  const lines = [
    `${report.family} (seed ${report.seed}): ${report.kills} kills`,
    `  lost ${report.lost.length} / unexpected ${report.unexpected.length} / recovered ${report.recovered} / ok ${report.ok}`,
    `  hashes of weights: ${report.weights.size} (${[...report.weights].map((hash) => hash.slice(0, 12)).join(', ')})`,
    `  resumed from a checkpoint ${report.fromCheckpoint}, from the start ${report.fromStart}; acknowledged and found again: ${report.acknowledged}`,
    `  running again: ${ms(report.runningAgainMs)}; work redone: ${ms(report.redoneMs)}`,
    ...report.lost.map((line) => `  LOST ${line}`),
    ...report.unexpected.map((line) => `  UNEXPECTED ${line}`),
  ];
  return lines.join('\n');
}
