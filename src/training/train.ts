/** One training from data to weights: prepares, fits epoch by epoch, hands over checkpoints, measures what came out. */
import type { EpochRecord, StopReason } from '../contracts/job.ts';
import type { SplitMetrics } from '../contracts/metrics.ts';
import type { ResolvedModelConfig } from '../contracts/model-config.ts';
import type { Warning } from '../contracts/names.ts';
import type { TrainedModel } from '../contracts/version.ts';
import type { Kernels } from '../math/kernels/kernels.ts';
import type { Dtype } from '../math/matrix.ts';
import { requireFinite } from './divergence.ts';
import type { Fit } from './fit.ts';
import { createFit } from './fits.ts';
import { measure, packageModel } from './package-model.ts';
import { prepareData, type TrainingTables } from './prepare-data.ts';
import { epochLimit } from './resolve-config.ts';
import { openCheckpoint, saveCheckpoint, trainingIdentity } from './training-checkpoint.ts';

export interface TrainingRun extends TrainingTables {
  readonly config: ResolvedModelConfig;
  /** Continue from here; null starts anew. */
  readonly checkpoint: Uint8Array | null;
  readonly createKernels: (dtype: Dtype) => Kernels;
  /**
   * `checkpoint` asks for one at the next epoch's end, `drain` for one and then to stop, `cancel` to stop at once; each stands
   * until it was answered. Polled at least every 50 ms of an epoch, of encoding and of predicting; but fitting the preprocessing
   * and ranking the final scores, a sort of each column (0.2 s for a million rows), are not interrupted.
   */
  readonly control: () => 'continue' | 'checkpoint' | 'drain' | 'cancel';
  readonly nowMs: () => number;
  readonly onEpoch: (record: EpochRecord) => void;
  /** The bytes are the receiver's. */
  readonly onCheckpoint: (epoch: number, state: Uint8Array<ArrayBuffer>) => void;
}

export interface FinishedTraining {
  readonly kind: 'finished';
  readonly stopReason: StopReason;
  readonly metrics: SplitMetrics;
  readonly warnings: Warning[];
  readonly trained: TrainedModel;
  /** Little-endian: of each layer W row-major, then b. */
  readonly weights: Uint8Array;
  readonly weightsSha256: string;
  /** Number of weights and biases. */
  readonly parameters: number;
  readonly engine: string;
}

/** `stopped`: drained, its checkpoint handed over, or cancelled. */
export type TrainingOutcome = FinishedTraining | { readonly kind: 'stopped' };

/** Thrown by the poll, so that it ends any loop that it is called from. */
class Cancelled extends Error {}

/**
 * Runs the training to its end, or until `control` stops it; blocks the thread. Same config, table and engine give the same bits,
 * however often it was stopped and resumed.
 *
 * @throws JobFailure for what would fail again: `diverged`, `single_class`, `too_few_rows`, `unsupported_data`
 * @throws CheckpointError when the checkpoint is damaged or of another training
 */
export function train(run: TrainingRun): TrainingOutcome {
  const poll = () => {
    if (run.control() === 'cancel') throw new Cancelled();
  };
  try {
    return trainUnlessCancelled(run, poll);
  } catch (error) {
    if (error instanceof Cancelled) return { kind: 'stopped' };
    throw error;
  }
}

function trainUnlessCancelled(run: TrainingRun, poll: () => void): TrainingOutcome {
  const { config, table } = run;
  const kernels = run.createKernels(config.type === 'mlp' ? 'f32' : 'f64');
  const identity = trainingIdentity(config, table);
  const resumed = run.checkpoint && openCheckpoint(run.checkpoint, identity);
  const engines = [...new Set([...(resumed?.engines ?? []), kernels.engine])];
  const data = prepareData(config, run, kernels.strideOf, poll);
  const fit = createFit({ config, data, kernels, poll, state: resumed?.state ?? null });
  const checkpoint = (epoch: number) =>
    run.onCheckpoint(epoch, saveCheckpoint({ identity, engines, epoch, state: fit.state() }));
  const stopReason = runEpochs(run, fit, resumed?.epoch ?? 0, checkpoint);
  if (stopReason === null) return { kind: 'stopped' };

  const warnings = [...data.warnings, ...fit.finish(), ...engineWarnings(engines)];
  const model = packageModel(config, data, fit, kernels.dtype);
  const metrics = measure(model, data, kernels, poll);
  return { kind: 'finished', stopReason, metrics, warnings, ...model, engine: kernels.engine };
}

/** @returns why the fit is at its end; null when it was drained */
function runEpochs(
  run: TrainingRun,
  fit: Fit,
  finishedEpochs: number,
  checkpoint: (epoch: number) => void,
): StopReason | null {
  const limit = epochLimit(run.config);
  const limitReason = 'solver' in run.config ? 'max_iterations' : 'max_epochs';
  for (let epoch = finishedEpochs + 1; ; epoch++) {
    const startMs = run.nowMs();
    const { stopReason, loss, validationLoss, metrics } = fit.epoch();
    const seconds = (run.nowMs() - startMs) / 1000;
    const record = { epoch, loss, validation_loss: validationLoss, metrics, seconds };
    requireFinite(record, fit.parameters());
    run.onEpoch(record);
    if (stopReason !== null) return stopReason;
    if (epoch >= limit) return limitReason;
    const word = run.control();
    if (word === 'cancel') throw new Cancelled();
    if (word !== 'continue') checkpoint(epoch);
    if (word === 'drain') return null;
  }
}

function engineWarnings(engines: readonly string[]): Warning[] {
  if (engines.length === 1) return [];
  const names = engines.map((engine) => `"${engine}"`).join(', ');
  const message = `the job was resumed on another engine: it ran on ${names}, and its weights are those of none of them alone`;
  return [{ code: 'engine_changed', message }];
}
