/** Model versions: what a succeeded job leaves behind, and what predict runs on. */
import { z } from 'zod';
import { activationNames } from '../math/activations/index.ts';
import { SplitMetrics } from './metrics.ts';
import { ModelConfig } from './model-config.ts';
import { DatasetId, JobId, Label, ModelName, Sha256, Timestamp, VersionNumber } from './names.ts';
import { pageOf } from './page.ts';

/** A fitted numeric feature: encoded as (t(x) − offset) / scale, t the identity or ln(1 + x). */
export const FittedNumber = z.strictObject({
  name: z.string(),
  type: z.literal('number'),
  transform: z.enum(['identity', 'log1p']),
  offset: z.number(),
  scale: z.number().meta({ description: 'Never 0: a constant feature has scale 1 and encodes as 0' }),
  impute: z
    .number()
    .nullable()
    .meta({ description: 'Stands in for a missing value; null: a missing value is refused' }),
  missing_indicator: z.boolean(),
});
export type FittedNumber = z.infer<typeof FittedNumber>;

export const FittedCategory = z.strictObject({
  name: z.string(),
  type: z.literal('category'),
  encoding: z.enum(['one_hot', 'ordinal']),
  categories: z
    .array(z.string())
    .meta({ description: 'Ascending by code point; an unseen one encodes as all zeros (ordinal: −1)' }),
  boolean: z.boolean().meta({ description: 'The categories are JSON booleans' }),
  impute: z.string().nullable(),
  missing_indicator: z.boolean(),
});
export type FittedCategory = z.infer<typeof FittedCategory>;

export const FittedFeature = z.discriminatedUnion('type', [FittedNumber, FittedCategory]);
export type FittedFeature = z.infer<typeof FittedFeature>;

export const FittedPreprocessing = z
  .strictObject({
    features: z.array(FittedFeature),
    columns: z
      .array(z.string())
      .meta({ description: 'Columns of the encoded matrix, in order; `sex=male` for one-hot' }),
  })
  .meta({ id: 'FittedPreprocessing' });
export type FittedPreprocessing = z.infer<typeof FittedPreprocessing>;

/** One dense layer: a = activation(x·W + b), W stored [inputs][outputs]. */
export const DenseLayer = z.strictObject({
  name: z.string(),
  inputs: z.int().min(1),
  outputs: z.int().min(1),
  activation: z.enum(activationNames),
});
export type DenseLayer = z.infer<typeof DenseLayer>;

/**
 * Everything that predict needs beside the numbers themselves. The weights are one little-endian block: for each layer W
 * row-major, then b.
 */
export const TrainedModel = z.strictObject({
  task: z.enum(['classification', 'regression']),
  output: z.enum(['value', 'sigmoid', 'softmax', 'step']).meta({
    description: 'sigmoid: probability of the second class; step: a perceptron, 0 or 1',
  }),
  classes: z.array(Label).nullable(),
  features: z.array(z.string()),
  preprocessing: FittedPreprocessing,
  layers: z.array(DenseLayer).min(1),
  target_scaling: z.strictObject({ mean: z.number(), scale: z.number() }).nullable(),
  dtype: z.enum(['f32', 'f64']),
});
export type TrainedModel = z.infer<typeof TrainedModel>;

export const Version = z
  .strictObject({
    version: VersionNumber,
    job: JobId,
    dataset: DatasetId,
    dataset_sha256: Sha256,
    validation_dataset_sha256: Sha256.nullable().meta({
      description: 'Of the dataset in `config.validation`; null without one',
    }),
    imported_from: z.strictObject({ model: ModelName, version: VersionNumber }).nullable().meta({
      description:
        'Of a version that a file brought: its name where it was trained. Job, dataset, metrics and engine are then what the file says. Null otherwise',
    }),
    config: ModelConfig,
    classes: z.array(Label).nullable(),
    features: z.array(z.string()),
    preprocessing: FittedPreprocessing,
    metrics: SplitMetrics,
    parameters: z.int().meta({ description: 'Number of weights and biases' }),
    weights_sha256: Sha256.meta({ description: 'Of the parameters in layer order, little-endian' }),
    engine: z.string(),
    package_version: z.string(),
    created_at: Timestamp,
  })
  .meta({ id: 'Version' });
export type Version = z.infer<typeof Version>;

export const VersionPage = pageOf(Version).meta({ id: 'VersionPage' });

export const WeightsQuery = z.strictObject({
  scale: z.enum(['input', 'model']).default('input').meta({
    description: 'Units of the input, or of the preprocessed matrix. A network is always in the latter',
  }),
});
export type WeightsQuery = z.infer<typeof WeightsQuery>;

const coefficients = z.record(z.string(), z.number());

export const Weights = z
  .union([
    z.strictObject({ coefficients, intercept: z.number() }),
    z.strictObject({
      coefficients: z.record(z.string(), coefficients).meta({ description: 'By class, then by feature' }),
      intercept: z.record(z.string(), z.number()),
    }),
    z.strictObject({
      layers: z.array(
        z.strictObject({
          name: z.string(),
          activation: z.enum(activationNames),
          weights: z.array(z.array(z.number())).meta({ description: '[inputs][outputs]' }),
          bias: z.array(z.number()),
        }),
      ),
    }),
  ])
  .meta({ id: 'Weights' });
export type Weights = z.infer<typeof Weights>;
