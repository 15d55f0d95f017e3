/** Runs a training of a test to its end, or to where the test stops it, and keeps all that it handed over. */
import type { EpochReport } from '../../../src/contracts/diagnostics.ts';
import type { ResolvedModelConfig } from '../../../src/contracts/model-config.ts';
import type { Table } from '../../../src/data/table.ts';
import { createReferenceKernels } from '../../../src/math/kernels/reference.ts';
import { decodeWeights } from '../../../src/training/model-weights.ts';
import {
  type FinishedTraining,
  type TrainingOutcome,
  type TrainingRun,
  train,
} from '../../../src/training/train.ts';

export interface Trained {
  readonly outcome: TrainingOutcome;
  readonly records: EpochReport[];
  readonly checkpoints: { readonly epoch: number; readonly state: Uint8Array }[];
}

/** By default anew and undisturbed. A clock that ticks a millisecond a look makes `seconds` reproducible. */
export function runTraining(
  config: ResolvedModelConfig,
  table: Table,
  options: Partial<TrainingRun> = {},
): Trained {
  const records: EpochReport[] = [];
  const checkpoints: Trained['checkpoints'] = [];
  let ms = 0;
  const outcome = train({
    config,
    table,
    dataHash: '',
    checkpoint: null,
    createKernels: createReferenceKernels,
    control: () => 'continue',
    nowMs: () => ms++,
    onEpoch: (record) => void records.push(record),
    onCheckpoint: (epoch, state) => void checkpoints.push({ epoch, state }),
    ...options,
  });
  return { outcome, records, checkpoints };
}

export interface FinishedRun extends Trained {
  readonly outcome: FinishedTraining;
}

export function trainToEnd(
  config: ResolvedModelConfig,
  table: Table,
  options: Partial<TrainingRun> = {},
): FinishedRun {
  const run = runTraining(config, table, options);
  if (run.outcome.kind !== 'finished') throw new Error('expected the training to finish, it was stopped');
  return { ...run, outcome: run.outcome };
}

/** Asks for a drain when so many epochs of this run are done; returns the checkpoint that it left. */
export function trainUntilDrained(
  config: ResolvedModelConfig,
  table: Table,
  epochs: number,
  checkpoint: Uint8Array | null = null,
  options: Partial<TrainingRun> = {},
): { readonly records: EpochReport[]; readonly epoch: number; readonly state: Uint8Array } {
  const records: EpochReport[] = [];
  const { outcome, checkpoints } = runTraining(config, table, {
    ...options,
    checkpoint,
    control: () => (records.length >= epochs ? 'drain' : 'continue'),
    onEpoch: (record) => void records.push(record),
  });
  if (outcome.kind !== 'stopped' || checkpoints.length !== 1) {
    throw new Error(`expected one checkpoint and a stop, got ${checkpoints.length} and ${outcome.kind}`);
  }
  return { records, ...checkpoints[0] };
}

/** Flat parameters: of each layer W row-major, then b. */
export function parametersOf({ trained, weights }: FinishedTraining): number[] {
  return Array.from(decodeWeights(trained, weights));
}
