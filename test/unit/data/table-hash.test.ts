/** The hash of a table is of the bytes that its layout promises, however the rows came in. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ColumnHash, type HashedColumn, hashTable } from '../../../src/data/table-hash.ts';

const sha256 = (hex: string) => createHash('sha256').update(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

function numbers(...chunks: number[][]): Buffer {
  const hash = new ColumnHash();
  for (const chunk of chunks) hash.addNumbers(Float64Array.from(chunk));
  return hash.digest();
}

function texts(...chunks: (string | null)[][]): Buffer {
  const hash = new ColumnHash();
  for (const chunk of chunks) hash.addTexts(chunk);
  return hash.digest();
}

describe('the hash of a column', () => {
  it('is of little-endian doubles, with one form of zero and of missing', () => {
    const expected = sha256('000000000000f83f 0000000000000000 000000000000f87f').digest();
    expect(numbers([1.5, 0, Number.NaN])).toEqual(expected);
    expect(
      numbers([1.5, -0, new Float64Array(Uint8Array.of(1, 0, 0, 0, 0, 0, 0xf8, 0xff).buffer)[0]]),
    ).toEqual(expected);
  });

  it('is of lengths and UTF-8 bytes, a missing text being a length alone', () => {
    expect(texts(['é', '', null])).toEqual(sha256('02000000 c3a9 00000000 ffffffff').digest());
  });

  it('does not depend on how the rows are cut', () => {
    expect(numbers([1], [], [2, 3])).toEqual(numbers([1, 2, 3]));
    expect(texts(['a'], ['bc', null])).toEqual(texts(['a', 'bc', null]));
    expect(texts(['ab', 'c'])).not.toEqual(texts(['a', 'bc']));
  });
});

describe('the hash of a table', () => {
  const a: HashedColumn = { name: 'a', type: 'number', digest: numbers([1]) };
  const e: HashedColumn = { name: 'é', type: 'category', digest: texts(['x']) };

  it('is of the counts, then of name, type and hash of each column in the order of names', () => {
    const bytes = [
      Buffer.from('trainyard-table-1\0').toString('hex'),
      '0100000000000000 02000000',
      `01000000 61 6e ${a.digest.toString('hex')}`,
      `02000000 c3a9 63 ${e.digest.toString('hex')}`,
    ];
    expect(hashTable(1, [e, a])).toBe(sha256(bytes.join('')).digest('hex'));
  });

  it.each<[string, number, HashedColumn[]]>([
    ['another name', 1, [{ ...a, name: 'b' }, e]],
    ['another type', 1, [{ ...a, type: 'category' }, e]],
    ['another value', 1, [{ ...a, digest: numbers([2]) }, e]],
    ['a column less', 1, [a]],
    ['another number of rows', 2, [a, e]],
    [
      'names of two columns exchanged',
      1,
      [
        { ...a, name: 'é' },
        { ...e, name: 'a' },
      ],
    ],
  ])('is another with %s', (_change, rows, columns) => {
    expect(hashTable(rows, columns)).not.toBe(hashTable(1, [a, e]));
  });
});
