/** Requests of MLflow's scoring protocol in JSON, and the rows that they hold. */
import { z } from 'zod';
import type { TrainedModel } from '../../../contracts/version.ts';
import { validationFailed } from '../../plugins/validation.ts';
import type { WireRows } from '../predict-by-wire.ts';
import { isObject, rowsOfColumns, rowsOfInstances } from '../row-forms.ts';

/** `params` is for models that take parameters: ours have none, and it is passed over as MLflow does. */
export const MlflowRequest = z.object({
  dataframe_split: z
    .object({ columns: z.array(z.string()), data: z.array(z.unknown()) })
    .optional()
    .meta({ description: 'As `DataFrame.to_dict("split")` gives it; the index is passed over' }),
  dataframe_records: z.array(z.unknown()).optional(),
  instances: z.array(z.unknown()).optional().meta({ description: "As TensorFlow Serving's" }),
  inputs: z
    .union([z.record(z.string(), z.unknown()), z.array(z.unknown())])
    .optional()
    .meta({ description: "As TensorFlow Serving's" }),
});
export type MlflowRequest = z.infer<typeof MlflowRequest>;

/** @throws TrainyardError `validation_failed` unless exactly one of the four forms is there and right */
export function rowsOfRequest(request: MlflowRequest, { features }: TrainedModel): WireRows {
  const forms = (['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const).filter(
    (form) => request[form] !== undefined,
  );
  if (forms.length !== 1) {
    const message = `expected exactly one of dataframe_split, dataframe_records, instances and inputs, got ${forms.join(', ') || 'none'}`;
    throw validationFailed([{ pointer: '', code: 'missing_field', message }]);
  }
  const { dataframe_split: split, dataframe_records: records, instances, inputs } = request;
  if (split) {
    const pointer = '/dataframe_split/data';
    return { rows: rowsOfInstances(split.data, split.columns, pointer), pointer };
  }
  const pointer = `/${forms[0]}`;
  if (isObject(inputs)) return { rows: rowsOfColumns(inputs, pointer), pointer };
  return { rows: rowsOfInstances(records ?? instances ?? (inputs as unknown[]), features, pointer), pointer };
}
