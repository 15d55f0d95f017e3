/** A version as a safetensors file: weights that any tool reads, with config and preprocessing as metadata. */
import { createHash } from 'node:crypto';
import type { ModelFile } from '../../contracts/model-file.ts';
import { digestKey, formatKey, formatName, modelKey, tensorsOf } from './layout.ts';

/**
 * The header's length (8 bytes, little-endian), the header as JSON, filled with spaces so that the data starts at a multiple of 8,
 * and the weights block.
 *
 * @returns the file in pieces
 * @see https://github.com/huggingface/safetensors#format
 */
export function toSafetensors(file: ModelFile, weights: Uint8Array): readonly Uint8Array[] {
  const model = JSON.stringify(file);
  const digest = createHash('sha256').update(model).digest('hex');
  const metadata = { [formatKey]: formatName, [modelKey]: model, [digestKey]: digest };
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(tensorsOf(file.trained)) });
  const header = Buffer.from(json);
  const padding = Buffer.alloc((8 - (header.length % 8)) % 8, ' ');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length + padding.length));
  return [length, header, padding, weights];
}
