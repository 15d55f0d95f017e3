/** The messages between a trainer process and its worker thread, and the words that they share in memory. */
import type { EpochReport, Finding } from '../contracts/diagnostics.ts';
import type { ResolvedModelConfig } from '../contracts/model-config.ts';
import type { Table } from '../data/table.ts';
import type { JobErrorCode } from '../errors.ts';
import type { MathBackend } from '../math/kernels/math-backend.ts';
import type { Remains } from '../training/divergence.ts';
import type { FinishedTraining } from '../training/train.ts';
import type { InitialVersion } from '../training/warm-start.ts';

/**
 * Indices into the shared Int32Array: a thread busy with arithmetic reads no messages, so it polls these words. Pending are
 * records and checkpoints that were posted and are not yet committed; polls are counted, as the thread's sign of life.
 */
export const controlWord = { command: 0, pendingRecords: 1, pendingCheckpoints: 2, polls: 3 } as const;
export const controlWords = Object.keys(controlWord).length;

export const command = { continue: 0, drain: 1, cancel: 2 } as const;
export type Command = (typeof command)[keyof typeof command];

/** Pending records above which the worker waits: a network of microsecond epochs outruns any disk. */
export const maxPendingRecords = 20_000;

export interface WorkerStart {
  readonly config: ResolvedModelConfig;
  readonly table: Table;
  /** Of the dataset that the config validates on. */
  readonly validationTable: Table | null;
  readonly dataHash: string;
  readonly initial: InitialVersion | null;
  readonly checkpoint: Uint8Array | null;
  readonly checkpointMs: number;
  readonly mathBackend: MathBackend;
  /** Most that it may compute with. */
  readonly threads: number;
  readonly control: SharedArrayBuffer;
}

/** A thread that was told to stop ends without a result: after a last checkpoint when drained, at once when cancelled. */
export type FromWorker =
  /** What it computes with, before all else. */
  | { readonly type: 'engine'; readonly engine: string }
  | { readonly type: 'epochs'; readonly records: EpochReport[] }
  | { readonly type: 'checkpoint'; readonly epoch: number; readonly state: Uint8Array }
  | { readonly type: 'finished'; readonly result: FinishedTraining }
  | { readonly type: 'checkpoint_refused'; readonly message: string }
  | {
      readonly type: 'failed';
      readonly code: JobErrorCode;
      readonly message: string;
      readonly findings: readonly Finding[];
      readonly remains: Remains | null;
    };
