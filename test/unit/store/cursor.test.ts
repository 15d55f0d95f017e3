/** Cursors and pages. */
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, readPage, startOfTextPairs } from '../../../src/store/sqlite/cursor.ts';

describe('cursors', () => {
  it('give back their key', () => {
    const key: readonly [string, string] = ['2026-01-01T00:00:00.000Z', 'modell.ü'];
    expect(decodeCursor(encodeCursor(key), startOfTextPairs)).toEqual(key);
    expect(decodeCursor(encodeCursor([3]), [9])).toEqual([3]);
    expect(decodeCursor(undefined, [9])).toEqual([9]);
  });

  it.each([
    ['another list', encodeCursor([3])],
    ['a key with one part more', encodeCursor(['a', 'b', 'c'])],
    ['a fraction', encodeCursor([1.5])],
    ['a trailing byte', `${encodeCursor(['a', 'b'])}A`],
  ])('of %s are refused', (_name, cursor) => {
    const start = cursor === encodeCursor([1.5]) ? [9] : startOfTextPairs;
    expect(() => decodeCursor(cursor, start)).toThrow('next_cursor');
  });
});

describe('readPage', () => {
  const list = (rows: { id: number; text: string }[], limit: number) =>
    readPage(
      rows,
      limit,
      ({ id }) => id,
      ({ id }) => [id],
    );

  it('ends early when its rows carry much text, but always has one', () => {
    const text = 'x'.repeat(1_500_000);
    const rows = [1, 2, 3].map((id) => ({ id, text }));
    expect(list(rows, 10)).toEqual({ items: [1, 2], next_cursor: encodeCursor([2]) });
    expect(list([{ id: 1, text: text.repeat(4) }], 10)).toEqual({ items: [1], next_cursor: null });
  });
});
