/** Opaque cursors: the sort key of a page's last row, which the next page starts after whatever was added or deleted since. */
import type { Page } from '../../contracts/page.ts';
import { TrainyardError } from '../../errors.ts';

export type CursorKey = readonly (string | number)[];

/** Above every stored time, id and name: the first page starts "after" it. All of them begin with a digit or a letter. */
const aboveAllText = '~';

/** Key before the first page of a list sorted by two texts, descending. */
export const startOfTextPairs: readonly [string, string] = [aboveAllText, ''];

/**
 * Stored text that one page may carry, in UTF-16 units. A dataset of 10,000 columns has megabytes of profile: a page of
 * many such ends early, and its cursor leads on, so that reading it blocks the event loop for tens of milliseconds at most.
 */
const maxPageText = 2 * 1024 * 1024;

export function encodeCursor(key: CursorKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * @param start the key to use without a cursor; a cursor must have its length and types
 * @throws TrainyardError `validation_failed` when the cursor was not made by this kind of list
 */
export function decodeCursor<K extends CursorKey>(cursor: string | undefined, start: K): K {
  if (cursor === undefined) return start;
  const key = parse(cursor);
  const fits =
    Array.isArray(key) &&
    key.length === start.length &&
    key.every(
      (part, i) =>
        typeof part === typeof start[i] && (typeof part === 'string' || Number.isSafeInteger(part)),
    ) &&
    encodeCursor(key) === cursor;
  if (!fits) {
    const message = 'expected the `next_cursor` of a page of this list';
    throw new TrainyardError('validation_failed', `cursor: ${message}`, {
      errors: [{ pointer: '?cursor', code: 'invalid_cursor', message }],
    });
  }
  return key as unknown as K;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/**
 * Takes up to `limit` items of rows in list order. The query must offer one row more than `limit`: that one tells whether
 * there is a next page.
 */
export function readPage<Row extends object, Item>(
  rows: Iterable<Row>,
  limit: number,
  toItem: (row: Row) => Item,
  keyOf: (row: Row) => CursorKey,
): Page<Item> {
  const items: Item[] = [];
  let text = 0;
  let last: Row | undefined;
  for (const row of rows) {
    if (last && (items.length === limit || text > maxPageText)) {
      return { items, next_cursor: encodeCursor(keyOf(last)) };
    }
    items.push(toItem(row));
    for (const value of Object.values(row)) if (typeof value === 'string') text += value.length;
    last = row;
  }
  return { items, next_cursor: null };
}
