/** What can be seen inside a training: statistics of each layer as it learns, and findings that say what is wrong. */
import { z } from 'zod';
import { activationNames } from '../math/activations/index.ts';
import { EpochRecord } from './job.ts';
import { queryInteger } from './page.ts';
import { Weights } from './version.ts';

const norm = z.number().min(0).nullable();
const share = z.number().min(0).max(1);

/** Of one layer, measured on the probe after an epoch. Null stands for what is not a finite number. */
export const LayerStatistics = z.strictObject({
  gradient_norm: norm.meta({
    description: '‖∂L/∂W‖₂, L the mean loss over the probe: no penalty, no unit left out',
  }),
  weight_norm: norm.meta({ description: '‖W‖₂; biases are in none of the norms' }),
  update_ratio: norm.meta({
    description: "‖ΔW‖₂ / ‖W‖₂ of the epoch's last step; about 0.001 is usual. Null where W is 0",
  }),
  activation_mean: z
    .number()
    .nullable()
    .meta({ description: 'Over rows and units; of the last layer: logits' }),
  activation_std: norm,
  zero_fraction: share.meta({ description: 'Share of the activations (row by unit) that are exactly 0' }),
  dead_fraction: share.meta({ description: 'Share of the units that are 0 on every row of the probe' }),
  saturated_fraction: share.meta({
    description:
      'Share of the activations where |f′| is below 1 % of its maximum; for ReLU that is zero_fraction',
  }),
});
export type LayerStatistics = z.infer<typeof LayerStatistics>;

export const findingCodes = [
  'vanishing_gradient',
  'exploding_gradient',
  'dead_units',
  'saturated_units',
  'linear_collapse',
  'separable_data',
  'diverged',
  'overfitting',
  'class_imbalance',
  'constant_feature',
  'collinear_features',
] as const;

export const Finding = z
  .strictObject({
    code: z.enum(findingCodes).meta({ description: 'See docs/diagnostics.md for each threshold' }),
    layer: z.string().nullable().meta({ description: 'Null where it is not about one layer' }),
    epoch: z
      .int()
      .min(0)
      .meta({ description: 'In which it was first seen; 0: in config or data, before the first' }),
    value: z.number().nullable().meta({ description: 'What was held against the threshold' }),
    message: z.string().meta({ description: 'The number in words, and one sentence of advice' }),
  })
  .meta({ id: 'Finding' });
export type Finding = z.infer<typeof Finding>;

export const Diagnostics = z
  .strictObject({
    layers: z
      .array(
        z.strictObject({
          name: z.string(),
          activation: z.enum(activationNames),
          epochs: z.array(z.strictObject({ epoch: z.int().min(1), ...LayerStatistics.shape })),
        }),
      )
      .meta({ description: 'First to last, the output layer among them; empty for all but networks' }),
    findings: z.array(Finding).meta({ description: 'In the order of their epochs, each once for its layer' }),
  })
  .meta({ id: 'Diagnostics' });
export type Diagnostics = z.infer<typeof Diagnostics>;

export const DiagnosticsQuery = z.strictObject({
  max_points: queryInteger(2, 100_000).optional().meta({
    description: 'Thin evenly to so many epochs; the first and the last are always there',
  }),
});

export const LastFiniteWeights = z
  .strictObject({
    epoch: z.int().min(0).meta({ description: 'After which they were the weights; 0: those of the start' }),
    weights: Weights.meta({ description: 'As of a version, in units of the preprocessed matrix' }),
  })
  .meta({ id: 'LastFiniteWeights' });
export type LastFiniteWeights = z.infer<typeof LastFiniteWeights>;

/** An epoch as a training reports it: its record, and what was seen inside. */
export const EpochReport = EpochRecord.extend({
  /** By layer, first to last; left out where the epoch was not probed. */
  layers: z.array(LayerStatistics).optional(),
  /** First seen in this epoch, or before the first of the job. */
  findings: z.array(Finding).optional(),
});
export type EpochReport = z.infer<typeof EpochReport>;
