/** The output tensors of an inference response, filled batch by batch: as JSON text, or as the bytes that follow it. */
import type { TrainedModel } from '../../../contracts/version.ts';
import type { PredictedBatch } from '../../../training/predict.ts';
import { modelOutputs, type TensorSpec } from '../tensor-specs.ts';
import { type InferRequest, refusal } from './infer-request.ts';

/** Bytes of a number as JSON text, at most. */
const textBytes = 25;

export interface InferOutput {
  /** Bytes that it will take in the answer, at most, for a row. */
  readonly rowBytes: number;
  take(batch: PredictedBatch): void;
  /** Once all batches are taken: the tensor's JSON in pieces, and its bytes where it is binary. */
  finish(rows: number): { readonly json: readonly string[]; readonly binary: Buffer | null };
}

/** @throws TrainyardError `validation_failed` for an output that the model has not, or in a form that is not known */
export function createOutputs(request: InferRequest, trained: TrainedModel): InferOutput[] {
  const specs = modelOutputs(trained);
  const isBinary = request.parameters?.binary_data_output === true;
  const asked = request.outputs ?? specs.map(({ name }) => ({ name, parameters: undefined }));
  return asked.map(({ name, parameters }, i) => {
    const spec = specs.find((candidate) => candidate.name === name);
    if (!spec) {
      const names = specs.map((candidate) => candidate.name).join(', ');
      throw refusal(`/outputs/${i}/name`, `expected one of ${names}, got ${JSON.stringify(name)}`);
    }
    for (const unknown of ['classification', 'shared_memory_region']) {
      if (parameters?.[unknown] === undefined) continue;
      throw refusal(
        `/outputs/${i}/parameters/${unknown}`,
        'expected binary_data alone: this is not supported',
      );
    }
    const own = parameters?.binary_data;
    return own === undefined
      ? createOutput(spec, trained, isBinary)
      : createOutput(spec, trained, own === true);
  });
}

function createOutput(spec: TensorSpec, trained: TrainedModel, isBinary: boolean): InferOutput {
  const isLabel = spec.name === 'label';
  const pieces: string[] = [];
  const bytes: Buffer[] = [];
  const takeText = isLabel ? labelTexts(trained) : numberTexts;
  const takeBytes = isLabel ? labelBytes(spec, trained) : numberBytes;
  const perRow = spec.shape[1] ?? 1;
  const longestLabel = Math.max(0, ...(trained.classes ?? []).map((label) => JSON.stringify(label).length));
  return {
    rowBytes: isLabel ? longestLabel * 4 + 4 : perRow * (isBinary ? 8 : textBytes),
    take(batch) {
      if (isBinary) bytes.push(takeBytes(batch));
      else pieces.push(pieces.length > 0 ? `,${takeText(batch)}` : takeText(batch));
    },
    finish(rows) {
      const shape = [rows, ...spec.shape.slice(1)];
      const head = JSON.stringify({ name: spec.name, datatype: spec.datatype, shape }).slice(0, -1);
      if (!isBinary) return { json: [`${head},"data":[`, ...pieces, ']}'], binary: null };
      const binary = Buffer.concat(bytes);
      return { json: [`${head},"parameters":{"binary_data_size":${binary.length}}}`], binary };
    },
  };
}

function numberTexts({ outputs, count, width }: PredictedBatch): string {
  return outputs.subarray(0, count * width).join();
}

function numberBytes({ outputs, count, width }: PredictedBatch): Buffer {
  const bytes = Buffer.alloc(count * width * 8);
  for (let i = 0; i < count * width; i++) bytes.writeDoubleLE(outputs[i], i * 8);
  return bytes;
}

function labelTexts({ classes }: TrainedModel): (batch: PredictedBatch) => string {
  const texts = classes!.map((label) => JSON.stringify(label));
  return ({ labels, count }) => Array.from({ length: count }, (_, i) => texts[labels[i]]).join();
}

function labelBytes({ datatype }: TensorSpec, { classes }: TrainedModel): (batch: PredictedBatch) => Buffer {
  const encoded = classes!.map((label) => encodeLabel(datatype, label));
  return ({ labels, count }) => Buffer.concat(Array.from({ length: count }, (_, i) => encoded[labels[i]]));
}

function encodeLabel(datatype: TensorSpec['datatype'], label: string | number | boolean): Buffer {
  if (datatype === 'BOOL') return Buffer.of(label === true ? 1 : 0);
  if (datatype === 'INT64') {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(label));
    return bytes;
  }
  const text = Buffer.from(String(label));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text]);
}
