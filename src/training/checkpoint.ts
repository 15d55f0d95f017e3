/** A training's state as bytes: what a killed or drained job continues from, to the bit. */
import { createHash } from 'node:crypto';
import type { FloatArray } from '../math/matrix.ts';

/** A state in parts. `header` holds what JSON keeps exactly (text, integers); every float is in a tensor, where −0 and NaN survive. */
export interface Checkpoint {
  readonly header: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, FloatArray>>;
}

/** The bytes are no checkpoint, are damaged, or are of another job. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

/** `TYCK` in the byte order of the machine that wrote it: one of the other order reads another number, and refuses. */
const magic = 0x4b435954;
const formatVersion = 1;
/** magic u32, version u32, header bytes u32, zero u32. */
const preambleBytes = 16;
const digestBytes = 32;
const alignment = 8;

interface TensorEntry {
  readonly name: string;
  readonly dtype: 'f32' | 'f64';
  readonly length: number;
}

const aligned = (bytes: number) => Math.ceil(bytes / alignment) * alignment;
const bytesOf = ({ dtype, length }: TensorEntry) => length * (dtype === 'f32' ? 4 : 8);

/**
 * Preamble, JSON of the header and of the list of tensors, the tensors (each from a multiple of 8 bytes), SHA-256 of all before it.
 *
 * @returns a new array over its own buffer, so that it can be transferred between threads
 */
export function encodeCheckpoint({ header, tensors }: Checkpoint): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(tensors).map(
    ([name, values]): TensorEntry => ({
      name,
      dtype: values instanceof Float32Array ? 'f32' : 'f64',
      length: values.length,
    }),
  );
  const json = new TextEncoder().encode(JSON.stringify({ header, tensors: entries }));
  let offset = preambleBytes + aligned(json.length);
  const size = entries.reduce((sum, entry) => sum + aligned(bytesOf(entry)), offset);
  const bytes = new Uint8Array(size + digestBytes);
  new Uint32Array(bytes.buffer, 0, 4).set([magic, formatVersion, json.length, 0]);
  bytes.set(json, preambleBytes);
  for (const entry of entries) {
    const values = tensors[entry.name];
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += aligned(bytesOf(entry));
  }
  bytes.set(createHash('sha256').update(bytes.subarray(0, size)).digest(), size);
  return bytes;
}

/**
 * The inverse of encodeCheckpoint; copies, so the tensors are the caller's.
 *
 * @throws CheckpointError when the bytes are damaged or of another format
 */
export function decodeCheckpoint(encoded: Uint8Array): Checkpoint {
  const bytes = encoded.slice();
  const size = bytes.length - digestBytes;
  if (size < preambleBytes) throw new CheckpointError(`expected a checkpoint, got ${bytes.length} bytes`);
  const preamble = new Uint32Array(bytes.buffer, 0, 4);
  if (preamble[0] !== magic)
    throw new CheckpointError('the bytes do not start as a checkpoint of this byte order');
  if (preamble[1] !== formatVersion) {
    throw new CheckpointError(`expected checkpoint format ${formatVersion}, got ${preamble[1]}`);
  }
  const digest = createHash('sha256').update(bytes.subarray(0, size)).digest();
  if (!digest.equals(bytes.subarray(size)))
    throw new CheckpointError('the checkpoint is damaged: its SHA-256 differs');
  const json = new TextDecoder().decode(bytes.subarray(preambleBytes, preambleBytes + preamble[2]));
  const { header, tensors: entries } = JSON.parse(json) as {
    header: Checkpoint['header'];
    tensors: TensorEntry[];
  };
  let offset = preambleBytes + aligned(preamble[2]);
  const tensors: Record<string, FloatArray> = {};
  for (const entry of entries) {
    const TypedArray = entry.dtype === 'f32' ? Float32Array : Float64Array;
    tensors[entry.name] = new TypedArray(bytes.buffer, offset, entry.length);
    offset += aligned(bytesOf(entry));
  }
  return { header, tensors };
}
