/** Runs an exported model in onnxruntime, as somebody without Trainyard would. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Cell, Row } from '../../../../src/contracts/dataset.ts';
import type { TrainedModel } from '../../../../src/contracts/version.ts';
import { toOnnx } from '../../../../src/training/onnx/to-onnx.ts';

export async function exported(trained: TrainedModel, weights: Uint8Array): Promise<Buffer> {
  const version = {
    model: 'm',
    version: 3,
    trained,
    weights_sha256: 'a'.repeat(64),
    dataset_sha256: 'b'.repeat(64),
    package_version: '1.2.3',
  };
  return Buffer.concat(await toOnnx(version, weights, async () => {}));
}

export interface OnnxAnswer {
  readonly label: unknown[] | null;
  /** Row-major probabilities, or values. */
  readonly outputs: Float64Array;
}

const numberOf = (cell: Cell | undefined) =>
  cell === null || cell === undefined ? Number.NaN : Number(cell);
const textOf = (cell: Cell | undefined) => (cell === null || cell === undefined ? '' : String(cell));

/** Missing cells as the model's description says: NaN, or the empty string. */
export async function runOnnx(
  file: Buffer,
  trained: TrainedModel,
  rows: readonly Row[],
): Promise<OnnxAnswer> {
  const session = await InferenceSession.create(file, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const { features } = trained.preprocessing;
  const columns = [rows.length, 1];
  const feeds = features.every(({ type }) => type === 'number')
    ? {
        input: new Tensor(
          'float64',
          Float64Array.from(rows.flatMap((row) => features.map(({ name }) => numberOf(row[name])))),
          [rows.length, features.length],
        ),
      }
    : Object.fromEntries(
        features.map(({ name, type }) => [
          name,
          type === 'number'
            ? new Tensor(
                'float64',
                Float64Array.from(rows, (row) => numberOf(row[name])),
                columns,
              )
            : new Tensor(
                'string',
                rows.map((row) => textOf(row[name])),
                columns,
              ),
        ]),
      );
  const answer = await session.run(feeds);
  await session.release();
  const outputs = (answer.probabilities ?? answer.value)!.data as Float64Array;
  return { label: answer.label ? Array.from(answer.label.data as Iterable<unknown>) : null, outputs };
}
