/** The form of our safetensors files: the weights block as it is stored, under a header that names its parts. */
import type { DenseLayer, TrainedModel } from '../../contracts/version.ts';

/** Key of the header's metadata that holds the `ModelFile` as JSON. */
export const modelKey = 'trainyard_model';
/** Key of the SHA-256 of that text: a damaged offset would be a wrong prediction, not a broken file. */
export const digestKey = 'trainyard_sha256';
/** Beside them, for whoever looks into the file. */
export const formatKey = 'format';
export const formatName = 'trainyard/1';

export interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Of the data behind the header: the first byte, and the one behind the last. */
  readonly data_offsets: readonly number[];
}

/** Name to tensor, in the order of the weights block: of each layer W [inputs, outputs], row-major, then b [outputs]. */
export function tensorsOf({
  layers,
  dtype,
}: Pick<TrainedModel, 'layers' | 'dtype'>): Map<string, TensorEntry> {
  const width = dtype === 'f32' ? 4 : 8;
  let at = 0;
  const entry = (shape: number[]): TensorEntry => {
    const start = at;
    at += shape.reduce((product, size) => product * size, width);
    return { dtype: dtype === 'f32' ? 'F32' : 'F64', shape, data_offsets: [start, at] };
  };
  return new Map(
    layers.flatMap(({ name, inputs, outputs }: DenseLayer): [string, TensorEntry][] => [
      [`${name}.weights`, entry([inputs, outputs])],
      [`${name}.bias`, entry([outputs])],
    ]),
  );
}
