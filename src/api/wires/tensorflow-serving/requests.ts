/** Requests of TensorFlow Serving's REST API, and the rows that they hold. */
import { z } from 'zod';
import type { TrainedModel } from '../../../contracts/version.ts';
import { validationFailed } from '../../plugins/validation.ts';
import type { WireRows } from '../predict-by-wire.ts';
import { isObject, rowsOfColumns, rowsOfInstances } from '../row-forms.ts';

const signatureName = z
  .enum([
    '',
    'serving_default',
    'predict',
    'classify',
    'regress',
    'tensorflow/serving/predict',
    'tensorflow/serving/classify',
    'tensorflow/serving/regress',
  ])
  .optional();

/** What else the object holds is passed over, as TensorFlow Serving does. */
export const TensorflowPredictRequest = z.object({
  signature_name: signatureName,
  instances: z
    .array(z.unknown())
    .optional()
    .meta({ description: 'Row form: objects by feature, or lists in the order of `features`' }),
  inputs: z
    .union([z.record(z.string(), z.unknown()), z.array(z.unknown())])
    .optional()
    .meta({ description: 'Column form: lists by feature, or a list of rows' }),
});
export type TensorflowPredictRequest = z.infer<typeof TensorflowPredictRequest>;

const example = z.record(z.string(), z.unknown());

export const TensorflowExamplesRequest = z.object({
  signature_name: signatureName,
  context: example.optional().meta({ description: 'Features that all examples share' }),
  examples: z.array(example),
});
export type TensorflowExamplesRequest = z.infer<typeof TensorflowExamplesRequest>;

/** @throws TrainyardError `validation_failed` unless exactly one of the two forms is there and right */
export function rowsOfPredict(
  { instances, inputs }: TensorflowPredictRequest,
  { features }: TrainedModel,
): WireRows {
  if ((instances === undefined) === (inputs === undefined)) {
    const message = 'expected one of "instances" and "inputs"';
    throw validationFailed([{ pointer: '', code: 'missing_field', message }]);
  }
  if (instances) return { rows: rowsOfInstances(instances, features, '/instances'), pointer: '/instances' };
  const rows = isObject(inputs)
    ? rowsOfColumns(inputs, '/inputs')
    : rowsOfInstances(inputs as unknown[], features, '/inputs');
  return { rows, pointer: '/inputs' };
}

/** @throws TrainyardError `validation_failed` for a feature that stands in the context and in an example */
export function rowsOfExamples(
  { examples, context }: TensorflowExamplesRequest,
  { features }: TrainedModel,
): WireRows {
  const pointer = '/examples';
  if (!context) return { rows: rowsOfInstances(examples, features, pointer), pointer };
  const shared = Object.keys(context);
  const errors = examples.flatMap((row, i) =>
    shared
      .filter((name) => Object.hasOwn(row, name))
      .map((name) => ({
        pointer: `${pointer}/${i}/${name}`,
        code: 'duplicate_field',
        message: 'the feature stands in "context" too',
      })),
  );
  if (errors.length > 0) throw validationFailed(errors);
  const merged = examples.map((row) => ({ ...context, ...row }));
  return { rows: rowsOfInstances(merged, features, pointer), pointer };
}
