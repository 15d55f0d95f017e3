/** Predictions from raw rows. */
import { z } from 'zod';
import { Cell } from './dataset.ts';
import { Label, ModelName, VersionNumber, Warning } from './names.ts';

export const PredictRequest = z
  .strictObject({
    rows: z
      .array(z.record(z.string(), Cell))
      .min(1)
      .meta({ description: 'One object a row, keyed by feature; a missing feature is null or left out' }),
  })
  .meta({ id: 'PredictRequest' });
export type PredictRequest = z.infer<typeof PredictRequest>;

export const Prediction = z
  .union([
    z.strictObject({
      label: Label,
      probabilities: z.record(z.string(), z.number()).meta({ description: "Keyed by the label's text" }),
    }),
    z.strictObject({ value: z.number() }),
  ])
  .meta({ id: 'Prediction' });
export type Prediction = z.infer<typeof Prediction>;

export const PredictResponse = z
  .strictObject({
    model: ModelName,
    version: VersionNumber,
    predictions: z.array(Prediction),
    warnings: z.array(Warning).optional(),
  })
  .meta({ id: 'PredictResponse' });
export type PredictResponse = z.infer<typeof PredictResponse>;
