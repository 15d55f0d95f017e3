/** A fit's state tied to its job: it is refused when config, data or format are not those it was saved under. */
import { createHash } from 'node:crypto';
import type { ResolvedModelConfig } from '../contracts/model-config.ts';
import type { Table } from '../data/table.ts';
import { CheckpointError, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import type { FitState } from './fit.ts';

export interface TrainingCheckpoint {
  /** From `trainingIdentity`. */
  readonly identity: string;
  /** Engines that the epochs so far ran on, each once, in order. */
  readonly engines: readonly string[];
  /** Finished epochs. */
  readonly epoch: number;
  readonly state: FitState;
}

/** SHA-256 of the config and of the table's shape: names, types, number of rows. */
export function trainingIdentity(config: ResolvedModelConfig, table: Table): string {
  const columns = table.columns.map(({ name, type }) => [name, type]);
  return createHash('sha256')
    .update(JSON.stringify([sortKeys(config), table.rows, columns]))
    .digest('hex');
}

export function saveCheckpoint({
  identity,
  engines,
  epoch,
  state,
}: TrainingCheckpoint): Uint8Array<ArrayBuffer> {
  return encodeCheckpoint({
    header: { identity, engines, epoch, values: state.values },
    tensors: state.tensors,
  });
}

/** @throws CheckpointError when the bytes are damaged, or were saved under another identity */
export function openCheckpoint(bytes: Uint8Array, identity: string): TrainingCheckpoint {
  const { header, tensors } = decodeCheckpoint(bytes);
  const saved = header as Omit<TrainingCheckpoint, 'state'> & Pick<FitState, 'values'>;
  if (saved.identity !== identity)
    throw new CheckpointError('the checkpoint is of another config or dataset');
  return { identity, engines: saved.engines, epoch: saved.epoch, state: { values: saved.values, tensors } };
}

/** A store may give an object's keys back in another order. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}
