/** Jobs: durable, observable training runs. */
import { z } from 'zod';
import { SplitMetrics } from './metrics.ts';
import { ModelConfig } from './model-config.ts';
import { DatasetId, JobId, ModelName, Sha256, Timestamp, VersionNumber, Warning } from './names.ts';
import { pageOf, pageQuery, queryInteger } from './page.ts';

export const jobStates = ['queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled'] as const;
export const JobState = z.enum(jobStates);
export type JobState = z.infer<typeof JobState>;

export const terminalStates: ReadonlySet<JobState> = new Set(['succeeded', 'failed', 'cancelled']);

export const StopReason = z.enum([
  'converged',
  'separable_data',
  'max_iterations',
  'max_epochs',
  'early_stopping',
  'diverged',
  'cancelled',
  'poison',
  'failed',
]);
export type StopReason = z.infer<typeof StopReason>;

export const JobRequest = z
  .strictObject({
    model: ModelName,
    dataset: DatasetId,
    config: ModelConfig.optional().meta({ description: "Trains with this config in place of the model's" }),
    priority: z.int().min(-100).max(100).default(0).meta({ description: 'Higher runs first' }),
  })
  .meta({ id: 'JobRequest' });
export type JobRequest = z.infer<typeof JobRequest>;

export const Progress = z.strictObject({
  epoch: z.int().meta({ description: "Finished epochs; a GLM's iterations count as epochs" }),
  epochs: z.int().meta({ description: 'Most epochs that the job will run' }),
  fraction: z.number().min(0).max(1),
  eta_seconds: z
    .number()
    .nullable()
    .meta({ description: 'At most, at the present pace; null when unknown or ended' }),
});
export type Progress = z.infer<typeof Progress>;

/** What training again came to. */
export const Verification = z
  .strictObject({
    result: z.enum(['equal', 'different', 'not_comparable']).meta({
      description: 'not_comparable: other weights by another engine, of which equal bits are not promised',
    }),
    weights_sha256: Sha256.meta({ description: 'Of the weights that this job came to' }),
    expected_weights_sha256: Sha256.meta({ description: "The version's" }),
    engine: z.string(),
    expected_engine: z.string(),
  })
  .meta({ id: 'Verification' });
export type Verification = z.infer<typeof Verification>;

export const Job = z
  .strictObject({
    id: JobId,
    kind: z.enum(['train', 'verify']).meta({
      description: 'verify trains a version again and compares; it makes no version',
    }),
    model: ModelName,
    dataset: DatasetId,
    state: JobState,
    stop_reason: StopReason.nullable(),
    progress: Progress,
    loss: z.number().nullable(),
    validation_loss: z.number().nullable(),
    metrics: SplitMetrics.nullable(),
    version: VersionNumber.nullable().meta({ description: 'Made, or verified, by the job that succeeded' }),
    verification: Verification.nullable(),
    attempt: z.int(),
    engine: z.string().nullable(),
    warnings: z.array(Warning),
    error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
    config: ModelConfig,
    priority: z.int(),
    created_at: Timestamp,
    started_at: Timestamp.nullable(),
    finished_at: Timestamp.nullable(),
  })
  .meta({ id: 'Job' });
export type Job = z.infer<typeof Job>;

export const JobPage = pageOf(Job).meta({ id: 'JobPage' });

export const JobListQuery = z.strictObject({
  ...pageQuery,
  state: JobState.optional(),
  model: ModelName.optional(),
  dataset: DatasetId.optional(),
});
export type JobListQuery = z.infer<typeof JobListQuery>;

export const JobWaitQuery = z.strictObject({
  wait: queryInteger(0, 60)
    .optional()
    .meta({ description: 'Answer when the job has ended, or after so many seconds' }),
});
export type JobWaitQuery = z.infer<typeof JobWaitQuery>;

/** Metrics of one epoch: few, cheap, named as in `Metrics`. */
export const EpochMetrics = z.record(z.string(), z.number()).meta({
  description:
    '`accuracy`, or `rmse` and `r2`, and the same with `validation_` before it; `validation_roc_auc` up to 131,072 rows × classes. Those of a network and of sgd on the training rows are running means over the epoch',
});
export type EpochMetrics = z.infer<typeof EpochMetrics>;

export const EpochRecord = z
  .strictObject({
    epoch: z.int().min(0),
    loss: z.number().meta({ description: 'J on the training rows' }),
    validation_loss: z.number().nullable(),
    metrics: EpochMetrics,
    seconds: z.number().min(0).meta({ description: 'Time that the epoch took' }),
  })
  .meta({ id: 'EpochRecord' });
export type EpochRecord = z.infer<typeof EpochRecord>;

export const History = z.strictObject({ epochs: z.array(EpochRecord) }).meta({ id: 'History' });
export type History = z.infer<typeof History>;

export const HistoryQuery = z.strictObject({
  max_points: queryInteger(2, 100_000).optional().meta({
    description:
      'Thin to at most so many epochs. The first and the last are always there, from 6 on also the lowest and the highest loss and validation loss, and with more room those of each stretch',
  }),
});
export type HistoryQuery = z.infer<typeof HistoryQuery>;
