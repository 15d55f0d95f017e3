/** A fit's state tied to its job: it is refused when config, data or format are not those it was saved under. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/canonical-json.ts';
import type { ResolvedModelConfig } from '../contracts/model-config.ts';
import { CheckpointError, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import type { MonitorState } from './diagnostics/training-monitor.ts';
import type { FitState } from './fit.ts';

/** What a training is of. */
export interface TrainingIdentity {
  /** SHA-256 of the config, whatever the order of its keys. */
  readonly config: string;
  /** Hash of the dataset's content. */
  readonly data: string;
}

export interface TrainingCheckpoint {
  readonly identity: TrainingIdentity;
  /** Engines that the epochs so far ran on, each once, in order. */
  readonly engines: readonly string[];
  /** Finished epochs; the state may be from within the next one. */
  readonly epoch: number;
  /** Time that the next one has taken so far, whole milliseconds. */
  readonly epochMs: number;
  readonly monitor: MonitorState;
  readonly state: FitState;
}

export function trainingIdentity(config: ResolvedModelConfig, dataHash: string): TrainingIdentity {
  // A store may give the config's keys back in another order.
  const hash = createHash('sha256').update(canonicalJson(config));
  return { config: hash.digest('hex'), data: dataHash };
}

export function saveCheckpoint({ state, ...rest }: TrainingCheckpoint): Uint8Array<ArrayBuffer> {
  return encodeCheckpoint({ header: { ...rest, values: state.values }, tensors: state.tensors });
}

/** @throws CheckpointError when the bytes are damaged, or were saved under another identity */
export function openCheckpoint(bytes: Uint8Array, identity: TrainingIdentity): TrainingCheckpoint {
  const { header, tensors } = decodeCheckpoint(bytes);
  const { values, ...saved } = header as Omit<TrainingCheckpoint, 'state'> & Pick<FitState, 'values'>;
  for (const part of ['config', 'data'] as const) {
    if (saved.identity[part] === identity[part]) continue;
    const message = `the checkpoint is of other ${part}: expected hash ${identity[part]}, got ${saved.identity[part]}`;
    throw new CheckpointError(message);
  }
  return { ...saved, state: { values, tensors } };
}
