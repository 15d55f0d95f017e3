/** Reads each epoch's record and layer statistics for signs of trouble; each finding is made once for its layer. */
import type { EpochReport, Finding } from '../../contracts/diagnostics.ts';
import { type LayerNames, type LayerRule, layerRules } from './layer-rules.ts';
import { type GapState, observeGap } from './overfitting.ts';

/** What a monitor remembers; JSON keeps it exactly. */
export interface MonitorState {
  /** By rule and layer: probed epochs in a row that were past the bound; −1 once it was found. */
  readonly streaks: Readonly<Record<string, number>>;
  readonly gap: GapState | null;
  readonly hasOverfitted: boolean;
}

export interface TrainingMonitor {
  /** What is first seen in this epoch. */
  observe(report: EpochReport): Finding[];
  /** A part of the checkpoint: a monitor made from it goes on as this one would. */
  state(): MonitorState;
}

const found = -1;

/** @param layers first to last; none for a model that is not a network */
export function createTrainingMonitor(layers: LayerNames, saved: MonitorState | null): TrainingMonitor {
  const streaks = { ...saved?.streaks };
  let gap = saved?.gap ?? null;
  let hasOverfitted = saved?.hasOverfitted ?? false;

  function apply(rule: LayerRule, index: number, { epoch, layers: statistics }: EpochReport): Finding[] {
    if (!statistics || !rule.appliesTo(layers, index)) return [];
    const { name } = layers[index];
    const key = `${rule.code} ${name}`;
    if (streaks[key] === found) return [];
    const value = rule.measure(statistics, index);
    streaks[key] = value !== null && rule.isPast(value) ? (streaks[key] ?? 0) + 1 : 0;
    if (value === null || streaks[key] < rule.streak) return [];
    streaks[key] = found;
    return [{ code: rule.code, layer: name, epoch, value, message: rule.message(name, value) }];
  }

  return {
    observe(report) {
      const findings = layerRules.flatMap((rule) => layers.flatMap((_, l) => apply(rule, l, report)));
      const seen = observeGap(gap, report);
      gap = seen.state;
      if (seen.finding && !hasOverfitted) {
        hasOverfitted = true;
        findings.push(seen.finding);
      }
      return findings;
    },
    state: () => ({ streaks: { ...streaks }, gap, hasOverfitted }),
  };
}
