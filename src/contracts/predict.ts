/** Predictions from raw rows. */
import { z } from 'zod';
import { Cell, type Row } from './dataset.ts';
import { Label, ModelName, VersionNumber, Warning } from './names.ts';
import { queryFlag, queryInteger, queryNumber } from './page.ts';
import { quickChecks } from './quick-checks.ts';

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
quickChecks.set(PredictRequest, { accepts: isPredictRequest });

function isPredictRequest(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || Object.keys(body).length !== 1) return false;
  const { rows } = body as { rows?: unknown };
  return Array.isArray(rows) && rows.length > 0;
}

export const PredictQuery = z.strictObject({
  threshold: queryNumber(0, 1).optional().meta({
    description: 'Two classes: the label is the second when its probability is at least this',
  }),
  top_k: queryInteger(1, 1000).optional().meta({
    description: 'Classes: give the probabilities of so many labels alone, the most probable first',
  }),
  contributions: queryFlag().meta({
    description: 'Linear models: what each feature adds to the logit; intercept and terms add up to it',
  }),
  raw: queryFlag().meta({ description: 'Give the logits, before they become probabilities or a value' }),
});
export type PredictQuery = z.infer<typeof PredictQuery>;

const numbers = z.record(z.string(), z.number());

export const Contributions = z
  .union([
    z.strictObject({ intercept: z.number(), terms: numbers }),
    z.strictObject({ intercept: numbers, terms: z.record(z.string(), numbers) }),
  ])
  .meta({
    id: 'Contributions',
    description:
      'Terms by feature, in preprocessed units: a standardised feature at its mean adds 0. By class where each class has a logit',
  });
export type Contributions = z.infer<typeof Contributions>;

const onRequest = {
  raw: z
    .union([z.number(), numbers])
    .optional()
    .meta({ description: 'The logit: of the second of two classes, by class for more, of the value' }),
  contributions: Contributions.optional(),
};

export const Prediction = z
  .union([
    z.strictObject({
      label: Label,
      probabilities: numbers.meta({ description: "Keyed by the label's text" }),
      ...onRequest,
    }),
    z.strictObject({ value: z.number(), ...onRequest }),
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
