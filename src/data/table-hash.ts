/** The hash of a typed table: the same bytes whatever format carried it, so that two uploads can be known as one table. */
import { createHash, type Hash } from 'node:crypto';

const missingTextLength = 0xffffffff;

/**
 * Hash of one column, fed in the order of rows. The layout, little-endian throughout:
 * - number: 8 bytes a row, IEEE 754 binary64; −0 as +0; missing as 00 00 00 00 00 00 F8 7F (the quiet NaN)
 * - category: 4 bytes of length and the UTF-8 bytes a row; missing is the length FF FF FF FF alone
 */
export class ColumnHash {
  readonly #hash: Hash = createHash('sha256');

  /** @param values missing is NaN; zeros and NaNs are made canonical in place */
  addNumbers(values: Float64Array): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      // Adding +0 turns −0 into +0 and changes nothing else; a NaN is written anew, since it may carry any payload.
      values[i] = Number.isNaN(value) ? Number.NaN : value + 0;
    }
    // Every platform that DuckDB has a binary for is little-endian.
    this.#hash.update(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  }

  addTexts(values: readonly (string | null)[]): void {
    const lengths = values.map((value) => (value === null ? 0 : Buffer.byteLength(value)));
    const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, 0));
    let at = 0;
    for (const [i, value] of values.entries()) {
      at = bytes.writeUInt32LE(value === null ? missingTextLength : lengths[i]!, at);
      if (value !== null) at += bytes.write(value, at);
    }
    this.#hash.update(bytes);
  }

  digest(): Buffer {
    return this.#hash.digest();
  }
}

export interface HashedColumn {
  readonly name: string;
  readonly type: 'number' | 'category';
  readonly digest: Buffer;
}

/**
 * SHA-256 over: `trainyard-table-1` and a zero byte; the number of rows (8 bytes) and of columns (4); then for each column, in the
 * order of the UTF-8 bytes of their names: length of the name (4), the name, `n` or `c`, and the 32 bytes of its column's hash.
 *
 * @returns lower-case hexadecimal
 */
export function hashTable(rows: number, columns: readonly HashedColumn[]): string {
  const hash = createHash('sha256').update('trainyard-table-1\0');
  const counts = Buffer.alloc(12);
  counts.writeBigUInt64LE(BigInt(rows), 0);
  counts.writeUInt32LE(columns.length, 8);
  hash.update(counts);
  const named = columns.map((column) => ({ ...column, bytes: Buffer.from(column.name) }));
  for (const { bytes, type, digest } of named.sort((a, b) => Buffer.compare(a.bytes, b.bytes))) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    hash
      .update(length)
      .update(bytes)
      .update(type === 'number' ? 'n' : 'c')
      .update(digest);
  }
  return hash.digest('hex');
}
