/** Reads the JSON form of an upload, by rows or by columns, into typed columns. */

import { DatasetName } from '../../contracts/dataset.ts';
import { parseJson } from '../../contracts/parse-json.ts';
import { TrainyardError } from '../../errors.ts';
import { acceptColumnNames } from './column-names.ts';
import { JsonColumn, kindOf } from './json-column.ts';
import { ProblemList } from './problem-list.ts';
import { shown } from './typed-column.ts';

/** Absent keys cost nothing to send, so the table's size needs a bound of its own. */
const maxCells = 10_000_000;

export interface JsonTable {
  readonly name: string | null;
  readonly rows: number;
  readonly columns: readonly JsonColumn[];
}

/**
 * @throws TrainyardError what parseJson refuses; `validation_failed`, `mixed_types`, `number_out_of_range` with a pointer to every
 * value at fault; `empty_dataset`; `payload_too_large`; what `acceptColumnNames` refuses
 */
export function readJsonTable(bytes: Buffer): JsonTable {
  const body = restoreLongIntegers(parseJson(bytes), bytes);
  if (!isObject(body)) {
    throw new TrainyardError(
      'validation_failed',
      `expected an object with "rows" or "columns", got ${kindOf(body)}`,
    );
  }
  const problems = new ProblemList();
  checkEnvelope(body, problems);
  problems.raise();
  const table = Array.isArray(body.rows)
    ? readRows(body.rows, problems)
    : readColumns(body.columns as Record<string, unknown>, problems);
  problems.raise();
  return { name: (body.name as string | undefined) ?? null, ...table };
}

/**
 * JSON.parse rounds an integer beyond 2^53 unseen. Only when a parsed number is that large is the text read again, and integers
 * written out in digits become BigInts, which no column takes. 1e20 stays the double that it says.
 */
function restoreLongIntegers(body: unknown, bytes: Buffer): unknown {
  if (!holdsUnsafeNumber(body)) return body;
  // TypeScript's lib does not know the third argument yet (ES2026, in Node since 21).
  const parse = JSON.parse as (
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ) => unknown;
  return parse(new TextDecoder().decode(bytes), (_key, value, { source }) =>
    typeof value === 'number' && isUnsafe(value) && /^-?\d+$/.test(source!) ? BigInt(source!) : value,
  );
}

function holdsUnsafeNumber(value: unknown): boolean {
  if (typeof value === 'number') return isUnsafe(value);
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) ? value.some(holdsUnsafeNumber) : Object.values(value).some(holdsUnsafeNumber);
}

function isUnsafe(value: number): boolean {
  return Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

function checkEnvelope(body: Record<string, unknown>, problems: ProblemList): void {
  for (const key of Object.keys(body)) {
    if (['name', 'rows', 'columns'].includes(key)) continue;
    problems.add('validation_failed', { pointer: pointer(key), message: 'unknown field' }, 'unknown_field');
  }
  if (body.name !== undefined && !DatasetName.safeParse(body.name).success) {
    const message = 'expected a name of 1 to 200 characters';
    problems.add('validation_failed', { pointer: '/name', message }, 'invalid_value');
  }
  const { rows, columns } = body;
  if ((rows === undefined) === (columns === undefined)) {
    const message = `expected either "rows" or "columns", got ${rows === undefined ? 'neither' : 'both'}`;
    problems.add(
      'validation_failed',
      { pointer: '', message },
      rows === undefined ? 'missing_field' : 'invalid_value',
    );
  } else if (rows !== undefined && !Array.isArray(rows)) {
    const message = `expected an array, got ${kindOf(rows)}`;
    problems.add('validation_failed', { pointer: '/rows', message }, 'invalid_type');
  } else if (columns !== undefined && !isObject(columns)) {
    const message = `expected an object, got ${kindOf(columns)}`;
    problems.add('validation_failed', { pointer: '/columns', message }, 'invalid_type');
  }
}

function readRows(rows: readonly unknown[], problems: ProblemList): Omit<JsonTable, 'name'> {
  if (rows.length === 0) throw new TrainyardError('empty_dataset', 'expected at least one row, got none');
  const keys = isObject(rows[0]) ? Object.keys(rows[0]) : [];
  if (isObject(rows[0])) checkSize(rows.length, keys.length);
  const columns = isObject(rows[0])
    ? acceptColumnNames(keys).map((name) => new JsonColumn(name, rows.length))
    : [];
  const known = new Set(keys);
  for (const [index, row] of rows.entries()) {
    if (!isObject(row)) {
      const message = `expected an object, got ${kindOf(row)}`;
      problems.add('validation_failed', { pointer: pointer('rows', index), message }, 'invalid_type');
      continue;
    }
    for (const key of Object.keys(row)) {
      if (known.has(key) || !isObject(rows[0])) continue;
      const message = `the first row has no key ${shown(key)}; its keys are the columns`;
      problems.add('validation_failed', { pointer: pointer('rows', index, key), message }, 'unknown_field');
    }
    for (const [c, column] of columns.entries()) {
      const key = keys[c]!;
      column.add(Object.hasOwn(row, key) ? row[key] : null, problems, () => pointer('rows', index, key));
    }
  }
  return { rows: rows.length, columns };
}

function readColumns(source: Record<string, unknown>, problems: ProblemList): Omit<JsonTable, 'name'> {
  const keys = Object.keys(source);
  const names = acceptColumnNames(keys);
  const first = source[keys[0]!];
  const rows = Array.isArray(first) ? first.length : 0;
  if (
    Array.isArray(first) &&
    rows === 0 &&
    keys.every((key) => Array.isArray(source[key]) && source[key].length === 0)
  ) {
    throw new TrainyardError('empty_dataset', 'expected at least one row, got none');
  }
  const columns = keys.map((key, c) => {
    const column = new JsonColumn(names[c]!, rows);
    const values = source[key];
    if (!Array.isArray(values)) {
      const message = `expected an array, got ${kindOf(values)}`;
      problems.add('validation_failed', { pointer: pointer('columns', key), message }, 'invalid_type');
    } else if (Array.isArray(first) && values.length !== rows) {
      const message = `expected ${rows} values, as in ${shown(keys[0]!)}, got ${values.length}`;
      problems.add('validation_failed', { pointer: pointer('columns', key), message }, 'ragged_column');
    } else {
      for (const [index, value] of values.entries())
        column.add(value, problems, () => pointer('columns', key, index));
    }
    return column;
  });
  return { rows, columns };
}

function checkSize(rows: number, columns: number): void {
  if (rows * columns <= maxCells) return;
  throw new TrainyardError(
    'payload_too_large',
    `expected a JSON table of at most ${maxCells} cells, got ${rows} rows of ${columns} columns`,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const shownKeyLength = 128;

/** RFC 6901, with overlong keys cut. */
function pointer(...path: (string | number)[]): string {
  return path
    .map(
      (part) =>
        `/${`${part}`.slice(0, shownKeyLength).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`,
    )
    .join('');
}
