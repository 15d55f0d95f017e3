/** Predicts what a wire's request holds: the same predictor, rows and bounds as native predict, in the wire's own words. */
import type { z } from 'zod';
import { parseJson } from '../../contracts/parse-json.ts';
import type { TrainedModel } from '../../contracts/version.ts';
import { RowReport } from '../../data/preprocessing/row-report.ts';
import type { VersionSelector } from '../../store/ports.ts';
import type { PredictedBatch, RowSource } from '../../training/predict.ts';
import type { ApiLimits } from '../limits.ts';
import { validationFailed } from '../plugins/validation.ts';
import { createAnswerBound, type PredictionService, type ServedVersion } from '../services/predictions.ts';
import { fieldErrors } from '../validation-errors.ts';
import { checkRowCount } from './row-forms.ts';

export interface WireServices {
  readonly predictions: PredictionService;
  readonly limits: ApiLimits;
}

/** Rows as they stand in a request, and the JSON pointer to them. */
export interface WireRows {
  readonly rows: RowSource;
  readonly pointer: string;
}

/**
 * @param bytes  the request's body
 * @param schema of what the wire asks for; what else there is, these systems pass over
 * @throws TrainyardError as `parseJson` does, or `validation_failed`
 */
export function readWireJson<S extends z.ZodType>(
  schema: S,
  bytes: unknown,
  { maxPredictBodyBytes }: ApiLimits,
): z.infer<S> {
  // A flat tensor holds all numbers of all rows in one array: the body's size is its bound.
  const value = parseJson((bytes as Buffer | undefined) ?? Buffer.alloc(0), maxPredictBodyBytes);
  const parsed = schema.safeParse(value, { reportInput: true });
  if (!parsed.success) throw validationFailed(fieldErrors(parsed.error.issues, 'body'));
  return parsed.data;
}

/** @returns the version that answers, and one piece of text for each batch, the rows' texts separated by commas */
export async function predictTexts(
  { predictions, limits }: WireServices,
  model: string,
  selector: VersionSelector,
  readRows: (trained: TrainedModel) => WireRows,
  writerFor: (trained: TrainedModel) => (batch: PredictedBatch, i: number) => string,
): Promise<{ readonly served: ServedVersion; readonly pieces: string[] }> {
  const served = await predictions.serve(model, selector);
  const { trained } = served.predictor;
  const { rows, pointer } = readRows(trained);
  checkRowCount(rows, limits.maxPredictRows, pointer);
  const write = writerFor(trained);
  const bound = createAnswerBound(rows.length, limits.maxPredictAnswerBytes);
  const pieces: string[] = [];
  await predictions.run(served.predictor, rows, new RowReport(pointer), (batch) => {
    const texts = Array.from({ length: batch.count }, (_, i) => write(batch, i)).join();
    bound(texts.length);
    pieces.push(pieces.length > 0 ? `,${texts}` : texts);
  });
  return { served, pieces };
}
