/** What TensorFlow Serving says of a model: the status of its versions, and its signature. */
import { z } from 'zod';
import type { TrainedModel } from '../../../contracts/version.ts';
import type { Store } from '../../../store/ports.ts';
import { inputTensors, modelOutputs, type TensorSpec } from '../tensor-specs.ts';

export const ModelStatus = z
  .strictObject({
    name: z.string(),
    ready: z.boolean(),
    model_version_status: z.array(
      z.strictObject({
        version: z.string(),
        state: z.literal('AVAILABLE'),
        status: z.strictObject({ error_code: z.literal('OK'), error_message: z.literal('') }),
      }),
    ),
  })
  .meta({
    id: 'ModelStatus',
    description: "TensorFlow Serving's `model_version_status` and KServe v1's `name` and `ready` in one",
  });
export type ModelStatus = z.infer<typeof ModelStatus>;

export const SignatureMetadata = z
  .strictObject({
    model_spec: z.strictObject({ name: z.string(), signature_name: z.string(), version: z.string() }),
    metadata: z.strictObject({
      signature_def: z.strictObject({ signature_def: z.record(z.string(), z.unknown()) }),
    }),
  })
  .meta({ id: 'SignatureMetadata', description: 'GetModelMetadataResponse as JSON' });
export type SignatureMetadata = z.infer<typeof SignatureMetadata>;

export function modelStatus(name: string, versions: readonly number[]): ModelStatus {
  return {
    name,
    ready: versions.length > 0,
    model_version_status: versions.map((version) => ({
      version: String(version),
      state: 'AVAILABLE',
      status: { error_code: 'OK', error_message: '' },
    })),
  };
}

/** Most versions that a status names. */
const maxVersions = 1000;

/** Newest first. */
export async function versionNumbers(store: Pick<Store, 'versions'>, model: string): Promise<number[]> {
  const { items } = await store.versions.list(model, { limit: maxVersions });
  return items.map(({ version }) => version);
}

export function signatureMetadata(name: string, version: number, trained: TrainedModel): SignatureMetadata {
  const [output] = modelOutputs(trained);
  const signature = {
    inputs: Object.fromEntries(inputTensors(trained).map((tensor) => [tensor.name, tensorInfo(tensor)])),
    outputs: { [output.name]: tensorInfo(output) },
    method_name: 'tensorflow/serving/predict',
  };
  return {
    model_spec: { name, signature_name: '', version: String(version) },
    metadata: { signature_def: { signature_def: { serving_default: signature } } },
  };
}

const dtypes: Readonly<Record<TensorSpec['datatype'], string>> = {
  FP64: 'DT_DOUBLE',
  INT64: 'DT_INT64',
  BYTES: 'DT_STRING',
  BOOL: 'DT_BOOL',
};

/** protobuf's JSON form writes 64-bit numbers as text. */
function tensorInfo({ name, datatype, shape }: TensorSpec) {
  return {
    dtype: dtypes[datatype],
    tensor_shape: { dim: shape.map((size) => ({ size: String(size), name: '' })), unknown_rank: false },
    name,
  };
}
