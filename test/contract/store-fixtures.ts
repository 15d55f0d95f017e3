/** Small valid things to put into a store. */
import { createHash } from 'node:crypto';
import type { EpochRecord } from '../../src/contracts/job.ts';
import type { ResolvedModelConfig } from '../../src/contracts/model-config.ts';
import type { TrainedModel } from '../../src/contracts/version.ts';
import type { ClaimedJob, JobResult, NewJob, Store, StoredDataset } from '../../src/store/ports.ts';

export const startMs = Date.UTC(2026, 0, 1);

/** So many seconds after the start of the test's time. */
export function at(seconds: number): Date {
  return new Date(startMs + seconds * 1000);
}

/** An id whose order is that of `n`. */
export function idOf(prefix: 'ds' | 'job', n: number): string {
  return `${prefix}_${String(n).padStart(26, '0')}`;
}

export const config: ResolvedModelConfig = {
  type: 'perceptron',
  target: 'y',
  features: ['x'],
  preprocessing: {
    numeric: 'standardize',
    category: 'one_hot',
    missing: 'impute',
    impute_numeric: 'median',
    impute_category: 'most_frequent',
    missing_indicator: false,
    max_categories: 256,
  },
  initialize_from: null,
  seed: 0,
  fit_intercept: true,
  epochs: 100,
  shuffle: true,
  validation: { fraction: 0, stratify: true },
  class_weight: null,
};

export function datasetOf(n: number, changes: Partial<StoredDataset> = {}): StoredDataset {
  const id = idOf('ds', n);
  const number = { type: 'number', reason: 'every value is a number', missing: 0, distinct: 2 } as const;
  return {
    id,
    name: 'äöü 🚂',
    rows: 2,
    bytes: 512,
    sha256: 'a'.repeat(64),
    created_at: at(n).toISOString(),
    columns: [
      { name: 'x', ...number, min: 0, max: 1e-300, mean: 0.1, std: 0.30000000000000004 },
      { name: 'y', ...number, min: 0, max: 1, mean: 0.5, std: 0.5 },
    ],
    warnings: [{ code: 'some_warning', message: 'with "quotes"' }],
    file: `${id}.parquet`,
    integral_columns: ['y'],
    ...changes,
  };
}

export function jobOf(n: number, changes: Partial<NewJob> = {}): NewJob {
  return {
    id: idOf('job', n),
    model: 'm',
    dataset: idOf('ds', 1),
    config,
    priority: 0,
    epochs: 100,
    warnings: [{ code: 'at_submit', message: 'said when submitted' }],
    ...changes,
  };
}

export function recordOf(epoch: number, changes: Partial<EpochRecord> = {}): EpochRecord {
  return {
    epoch,
    loss: 1 / epoch,
    validation_loss: null,
    metrics: { accuracy: 0.1 },
    seconds: 0.5,
    ...changes,
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const trained: TrainedModel = {
  task: 'classification',
  output: 'step',
  classes: [0, 1],
  features: ['x'],
  preprocessing: {
    features: [
      {
        name: 'x',
        type: 'number',
        transform: 'identity',
        offset: 0.1,
        scale: 1,
        impute: 0.5,
        missing_indicator: false,
      },
    ],
    columns: ['x'],
  },
  layers: [{ name: 'output', inputs: 1, outputs: 1, activation: 'identity' }],
  target_scaling: null,
  dtype: 'f64',
};

export function resultOf(weights: Uint8Array, changes: Partial<JobResult> = {}): JobResult {
  return {
    stopReason: 'converged',
    metrics: {
      train: { rows: 2, mse: 0.1, rmse: 0.2, mae: 0.3, r2: null, explained_variance: null },
      validation: null,
    },
    warnings: [{ code: 'at_the_end', message: 'said by training' }],
    trained,
    weights,
    weightsSha256: sha256(weights),
    parameters: 2,
    engine: 'reference/1',
    packageVersion: '0.1.0',
    ...changes,
  };
}

export const smallWeights = new Uint8Array(new Float64Array([0.1, -0]).buffer);

/** A model `m` and the dataset of jobOf. */
export async function addModelAndDataset(store: Store): Promise<void> {
  await store.models.put('m', config, at(0));
  await store.datasets.insert(datasetOf(1));
}

/** Submits job `n` and claims it, which must be the next in the queue. */
export async function startJob(store: Store, n: number, owner = 'trainer'): Promise<ClaimedJob> {
  await store.jobs.submit(jobOf(n), at(n));
  return claimJob(store, owner);
}

export async function claimJob(store: Store, owner = 'trainer'): Promise<ClaimedJob> {
  const claimed = await store.jobs.claim(owner, 15_000, at(1000));
  if (!claimed) throw new Error('expected a job to claim');
  return claimed;
}

/** Job `n` from submit to the version that it leaves. */
export async function finishJob(store: Store, n: number): Promise<void> {
  const { fence } = await startJob(store, n);
  await store.jobs.finish(fence, resultOf(smallWeights), at(10 + n));
}
