/** An inference request of the Open Inference Protocol: JSON, or JSON with binary tensors behind it. */
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { type FieldError, TrainyardError } from '../../../errors.ts';
import { validationFailed } from '../../plugins/validation.ts';
import { datatypes, fixedDatatypes } from './datatypes.ts';

const parameters = z.record(z.string(), z.unknown()).optional();

export const InferInput = z.object({
  name: z.string(),
  shape: z.array(z.int().min(0)).min(1).max(8),
  datatype: z.enum(datatypes),
  parameters,
  data: z
    .array(z.unknown())
    .optional()
    .meta({ description: 'Row-major, flat or nested; left out where it follows as binary' }),
});
export type InferInput = z.infer<typeof InferInput>;

/** What else the object holds (sequences, priorities) is for servers that queue: it is passed over. */
export const InferRequest = z.object({
  id: z.string().optional(),
  parameters,
  inputs: z.array(InferInput).min(1).max(10_000),
  outputs: z
    .array(z.object({ name: z.string(), parameters }))
    .min(1)
    .max(16)
    .optional(),
});
export type InferRequest = z.infer<typeof InferRequest>;

/** A tensor of n rows: its values read one at a time. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Element i in row-major order. Not a number (NaN) is a missing value: tensors have no other. */
  at(i: number): unknown;
}

/**
 * @param header the value of `Inference-Header-Content-Length`: bytes of the JSON, what follows is binary
 * @throws TrainyardError `malformed_request` when it is no such number
 */
export function splitBody(bytes: Buffer, header: string | undefined): { json: Buffer; binary: Buffer } {
  if (header === undefined) return { json: bytes, binary: bytes.subarray(bytes.length) };
  const length = /^\d{1,10}$/.test(header) ? Number(header) : Number.NaN;
  if (!(length <= bytes.length)) {
    const message = `Inference-Header-Content-Length: expected a number up to the body's ${bytes.length} bytes, got ${JSON.stringify(header.slice(0, 40))}`;
    throw new TrainyardError('malformed_request', message);
  }
  return { json: bytes.subarray(0, length), binary: bytes.subarray(length) };
}

/** @throws TrainyardError `validation_failed` for data of another size than shape and datatype say */
export function readTensors(inputs: readonly InferInput[], binary: Buffer): Tensor[] {
  let taken = 0;
  const tensors = inputs.map((input, i): Tensor => {
    const pointer = `/inputs/${i}`;
    if (input.parameters?.shared_memory_region !== undefined) {
      throw refusal(
        `${pointer}/parameters/shared_memory_region`,
        'expected data in the request: memory is not shared',
      );
    }
    const size = input.parameters?.binary_data_size;
    if (size === undefined) return readJsonTensor(input, pointer);
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || taken + size > binary.length) {
      const message = `expected at most the ${binary.length - taken} bytes that follow the JSON, got ${JSON.stringify(size)}`;
      throw refusal(`${pointer}/parameters/binary_data_size`, message);
    }
    taken += size;
    return readBinaryTensor(input, binary.subarray(taken - size, taken), pointer);
  });
  if (taken === binary.length) return tensors;
  throw new TrainyardError(
    'malformed_request',
    `the inputs name ${taken} bytes of binary data, ${binary.length} follow the JSON`,
  );
}

function readJsonTensor({ name, shape, data }: InferInput, pointer: string): Tensor {
  const values = data?.some(Array.isArray) ? data.flat(shape.length) : data;
  const count = elementCount(shape);
  if (values?.length !== count) {
    const got = values ? `${values.length}` : 'none';
    throw refusal(`${pointer}/data`, `expected ${count} values, as the shape says, got ${got}`);
  }
  return { name, shape, at: (i) => values[i] };
}

function readBinaryTensor({ name, shape, datatype }: InferInput, bytes: Buffer, pointer: string): Tensor {
  const count = elementCount(shape);
  if (datatype === 'BYTES') {
    const texts = readTexts(bytes, pointer);
    if (texts.length === count) return { name, shape, at: (i) => texts[i] };
    throw refusal(pointer, `expected ${count} values, as the shape says, got ${texts.length}`);
  }
  const type = fixedDatatypes[datatype]!;
  if (bytes.length !== count * type.bytes) {
    const message = `expected ${count * type.bytes} bytes for ${count} values of ${datatype}, got ${bytes.length}`;
    throw refusal(`${pointer}/parameters/binary_data_size`, message);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    name,
    shape,
    at(i) {
      const value = type.read(view, i * type.bytes);
      return Number.isNaN(value) ? null : value;
    },
  };
}

function readTexts(bytes: Buffer, pointer: string): string[] {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 <= bytes.length ? at + 4 + bytes.readUInt32LE(at) : Number.POSITIVE_INFINITY;
    const text = bytes.subarray(at + 4, end);
    if (end > bytes.length || !isUtf8(text)) {
      throw refusal(
        pointer,
        `expected a length of four bytes and so many of UTF-8 at byte ${at} of the tensor`,
      );
    }
    texts.push(text.toString());
    at = end;
  }
  return texts;
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}

export function refusal(pointer: string, message: string): TrainyardError {
  const error: FieldError = { pointer, code: 'invalid_tensor', message };
  return validationFailed([error]);
}
