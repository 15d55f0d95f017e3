/** Predictions from raw rows. */
import { z } from 'zod';
import { Cell, type Row } from './dataset.ts';
import { Label, ModelName, VersionNumber, Warning } from './names.ts';

/**
 * Described here, checked where it is encoded (`RowEncoder`): a body may hold hundreds of thousands of rows, and checking them all
 * in one go would hold the event loop.
 */
const PredictRow = z.unknown().meta(z.toJSONSchema(z.record(z.string(), Cell))) as z.ZodType<Row>;

export const PredictRequest = z
  .strictObject({
    rows: z
      .array(PredictRow)
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
