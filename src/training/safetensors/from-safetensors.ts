/** Reads our safetensors files back: anything may come under the name, so nothing in it is believed. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ModelFile } from '../../contracts/model-file.ts';
import { parseJson } from '../../contracts/parse-json.ts';
import { type FieldError, TrainyardError } from '../../errors.ts';
import { digestKey, formatKey, formatName, modelKey, type TensorEntry, tensorsOf } from './layout.ts';
import { inconsistency } from './model-consistency.ts';

export interface ModelFromFile {
  readonly file: ModelFile;
  /** The weights block, in a buffer of its own. */
  readonly weights: Uint8Array<ArrayBuffer>;
  /** Number of weights and biases. */
  readonly parameters: number;
}

/** Ten thousand features with names of usual lengths; read in steps, the longest takes some 30 ms. */
export const maxHeaderBytes = 4 * 1024 * 1024;
const lengthBytes = 8;
/** Most problems of the metadata that a refusal lists. */
const maxListed = 20;
/** Checked or hashed between two pauses: a millisecond or two. */
const chunkBytes = 1024 * 1024;

const Header = z
  .object({ __metadata__: z.record(z.string(), z.string()) })
  .catchall(z.strictObject({ dtype: z.string(), shape: z.array(z.int()), data_offsets: z.array(z.int()) }));

/**
 * @param bytes the whole file
 * @param pause awaited between the steps: others may have their turn in it
 * @throws TrainyardError `invalid_model_file` when it is not exactly what `toSafetensors` writes of a model that can predict
 */
export async function fromSafetensors(bytes: Uint8Array, pause: () => Promise<void>): Promise<ModelFromFile> {
  const { header, data } = splitHeader(bytes);
  const { __metadata__: metadata, ...tensors } = parsed(Header, readJson(header, 'the header'), '');
  await pause();
  if (metadata[formatKey] !== formatName) {
    const got = metadata[formatKey] === undefined ? 'none' : JSON.stringify(metadata[formatKey].slice(0, 40));
    throw invalid(
      `expected the metadata "${formatKey}" to be "${formatName}", got ${got}: only files that Trainyard wrote are taken`,
    );
  }
  const model = Buffer.from(metadata[modelKey] ?? '');
  if (createHash('sha256').update(model).digest('hex') !== metadata[digestKey])
    throw invalid(`the metadata "${modelKey}" is damaged: its sha256 is not "${digestKey}"`);
  const json = readJson(model, `the metadata "${modelKey}"`);
  await pause();
  const file = parsed(ModelFile, json, `/__metadata__/${modelKey}`);
  await pause();
  const problem = inconsistency(file) ?? tensorProblem(tensors, tensorsOf(file.trained), data.length);
  if (problem !== null) throw invalid(problem);
  // A copy: typed arrays need their bytes to lie at a multiple of their size.
  const weights = new Uint8Array(data);
  await pause();
  await checkWeights(weights, file, pause);
  const parameters = weights.length / (file.trained.dtype === 'f32' ? 4 : 8);
  return { file, weights, parameters };
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
    return parseJson(bytes);
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

async function checkWeights(weights: Uint8Array<ArrayBuffer>, file: ModelFile, pause: () => Promise<void>) {
  const Numbers = file.trained.dtype === 'f32' ? Float32Array : Float64Array;
  const digest = createHash('sha256');
  for (let start = 0; start < weights.length; start += chunkBytes) {
    const chunk = weights.subarray(start, start + chunkBytes);
    digest.update(chunk);
    const numbers = new Numbers(weights.buffer, start, chunk.length / Numbers.BYTES_PER_ELEMENT);
    if (!numbers.every(Number.isFinite)) throw invalid('expected every weight to be a finite number');
    await pause();
  }
  const sha256 = digest.digest('hex');
  if (sha256 !== file.weights_sha256)
    throw invalid(`the weights are damaged: expected sha256 ${file.weights_sha256}, got ${sha256}`);
}

function invalid(detail: string, errors: readonly FieldError[] = []): TrainyardError {
  return new TrainyardError('invalid_model_file', detail, { errors });
}
