/** Reads our safetensors files back: anything may come under the name, so nothing in it is believed. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ModelFile, UntrustedModelFile } from '../../contracts/model-file.ts';
import { parseJson } from '../../contracts/parse-json.ts';
import type { ModelFromFile } from '../../data/messages.ts';
import { type FieldError, TrainyardError } from '../../errors.ts';
import { digestKey, formatKey, formatName, modelKey, type TensorEntry, tensorsOf } from './layout.ts';
import { inconsistency } from './model-consistency.ts';

/** Room for ten thousand features with names of usual lengths. */
export const maxHeaderBytes = 4 * 1024 * 1024;
const lengthBytes = 8;
/** Elements of one list: twice the columns that a table may have. */
const maxElements = 20_000;
/** Most problems of the metadata that a refusal lists. */
const maxListed = 20;

const Header = z
  .object({ __metadata__: z.record(z.string(), z.string()) })
  .catchall(z.strictObject({ dtype: z.string(), shape: z.array(z.int()), data_offsets: z.array(z.int()) }));

/**
 * @param bytes the whole file
 * @throws TrainyardError `invalid_model_file` when it is not exactly what `toSafetensors` writes of a model that can predict
 */
export function fromSafetensors(bytes: Uint8Array): ModelFromFile {
  const { header, data } = splitHeader(bytes);
  const { __metadata__: metadata, ...tensors } = parsed(Header, readJson(header, 'the header'), '');
  const file = readModel(metadata);
  const problem = inconsistency(file) ?? tensorProblem(tensors, tensorsOf(file.trained), data.length);
  if (problem !== null) throw invalid(problem);
  // A copy: typed arrays need their bytes to lie at a multiple of their size.
  checkWeights(new Uint8Array(data), file);
  const parameters = data.length / (file.trained.dtype === 'f32' ? 4 : 8);
  return { file, weightsStart: bytes.length - data.length, parameters };
}

function readModel(metadata: Readonly<Record<string, string>>): ModelFile {
  const format = metadata[formatKey];
  if (format !== formatName) {
    const got = format === undefined ? 'none' : JSON.stringify(format.slice(0, 40));
    throw invalid(
      `expected the metadata "${formatKey}" to be "${formatName}", got ${got}: only files that Trainyard wrote are taken`,
    );
  }
  const model = Buffer.from(metadata[modelKey] ?? '');
  if (sha256(model) !== metadata[digestKey])
    throw invalid(`the metadata "${modelKey}" is damaged: its sha256 is not "${digestKey}"`);
  const json = readJson(model, `the metadata "${modelKey}"`);
  const place = `/__metadata__/${modelKey}`;
  parsed(UntrustedModelFile, json, place);
  // Only now: the schema that knows the types would report a million bad items one by one.
  return parsed(ModelFile, json, place);
}

function splitHeader(bytes: Uint8Array): { header: Uint8Array; data: Uint8Array } {
  if (bytes.length < lengthBytes) throw invalid(`expected a safetensors file, got ${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const end = BigInt(lengthBytes) + length;
  if (length > BigInt(maxHeaderBytes) || end > BigInt(bytes.length)) {
    throw invalid(
      `expected a safetensors file, whose header has at most ${maxHeaderBytes} bytes; the first 8 bytes say ${length}, and ${bytes.length - lengthBytes} follow`,
    );
  }
  return { header: bytes.subarray(lengthBytes, Number(end)), data: bytes.subarray(Number(end)) };
}

function readJson(bytes: Uint8Array, what: string): unknown {
  try {
    return parseJson(bytes, maxElements);
  } catch (error) {
    if (!(error instanceof TrainyardError)) throw error;
    throw invalid(`${what}: ${error.message}`);
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, base: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.slice(0, maxListed).map(({ path, message }) => ({
    pointer: [base, ...path.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/'),
    code: 'invalid_model_file',
    message,
  }));
  throw invalid(`${errors[0]!.pointer || 'the header'}: ${errors[0]!.message}`, errors);
}

/** Not only that each is where it should be: bytes that no tensor names are no part of a model. */
function tensorProblem(
  found: Readonly<Record<string, TensorEntry>>,
  expected: ReadonlyMap<string, TensorEntry>,
  dataBytes: number,
): string | null {
  const unknown = Object.keys(found).find((name) => !expected.has(name));
  if (unknown !== undefined) return `the tensor "${unknown.slice(0, 100)}" is of no layer`;
  for (const [name, entry] of expected) {
    const same = Object.hasOwn(found, name) && JSON.stringify(found[name]) === JSON.stringify(entry);
    if (!same) return `expected the tensor "${name}" to be ${JSON.stringify(entry)}`;
  }
  const bytes = [...expected.values()].at(-1)!.data_offsets[1]!;
  return bytes === dataBytes ? null : `expected ${bytes} bytes of tensors, got ${dataBytes}`;
}

function checkWeights(
  weights: Uint8Array<ArrayBuffer>,
  { trained, weights_sha256: expected }: ModelFile,
): void {
  const numbers =
    trained.dtype === 'f32' ? new Float32Array(weights.buffer) : new Float64Array(weights.buffer);
  if (!numbers.every(Number.isFinite)) throw invalid('expected every weight to be a finite number');
  const actual = sha256(weights);
  if (actual !== expected)
    throw invalid(`the weights are damaged: expected sha256 ${expected}, got ${actual}`);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function invalid(detail: string, errors: readonly FieldError[] = []): TrainyardError {
  return new TrainyardError('invalid_model_file', detail, { errors });
}
