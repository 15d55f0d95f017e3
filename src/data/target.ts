/** Turns the target column into what the losses read: class numbers or values. */
import type { ResolvedModelConfig, Task } from '../contracts/model-config.ts';
import type { Label } from '../contracts/names.ts';
import { JobFailure } from '../errors.ts';
import { findColumn } from './find-column.ts';
import type { CategoryColumn, NumberColumn, Table } from './table.ts';

/** Most classes that a number target may have; more is taken for a regression that was called a classification. */
export const maxNumberClasses = 1000;

export interface ClassTarget {
  readonly task: 'classification';
  /** Ascending: numbers by value, strings by code point, false before true. At least two; each has a row. */
  readonly classes: Label[];
  /** Class number of every row of the table, [rows]; −1 where there is none. */
  readonly codes: Int32Array;
}

export interface ValueTarget {
  readonly task: 'regression';
  /** Value of every row of the table, [rows]; NaN where there is none. */
  readonly values: Float64Array;
}

export type Target = ClassTarget | ValueTarget;

/**
 * Reads the target. Classes are those of `rows` alone: a class whose every row was dropped could not be learned.
 *
 * @param rows numbers of the rows to train or measure on, as `usableRows` gives them
 * @throws JobFailure `too_few_rows` below two rows, `single_class`, `unsupported_data` where the column cannot serve the task
 */
export function readTarget(
  table: Table,
  config: Pick<ResolvedModelConfig, 'target'>,
  task: Task,
  rows: Uint32Array,
): Target {
  if (rows.length < 2)
    throw new JobFailure('too_few_rows', `expected at least 2 usable rows, got ${rows.length}`);
  const column = findColumn(table, config.target);
  if (task === 'regression') {
    if (column.type !== 'number') {
      throw new JobFailure(
        'unsupported_data',
        `a regression needs a number target; "${column.name}" is a category`,
      );
    }
    return { task, values: column.values };
  }
  const target = column.type === 'number' ? numberClasses(column, rows) : categoryClasses(column, rows);
  if (target.classes.length < 2) {
    throw new JobFailure(
      'single_class',
      `expected at least 2 classes in "${column.name}", got ${target.classes.length}`,
    );
  }
  return target;
}

/**
 * Reads the target of another table in the terms of the first: a class has the number that it has there.
 *
 * @param rows numbers of the rows to measure on, as `usableRows` gives them
 * @throws JobFailure `unsupported_data` where a row has a class that the first table's rows have not, or the column another type
 */
export function readTargetLike(known: Target, table: Table, name: string, rows: Uint32Array): Target {
  const column = findColumn(table, name);
  if (known.task === 'regression') {
    if (column.type === 'number') return { task: 'regression', values: column.values };
    throw new JobFailure(
      'unsupported_data',
      `expected "${name}" to be a number in both tables, got a category`,
    );
  }
  const numberOf = new Map(known.classes.map((label, code) => [String(label), code]));
  const textOf = textReader(column);
  const codes = new Int32Array(table.rows).fill(-1);
  for (const row of rows) {
    const code = numberOf.get(textOf(row));
    if (code === undefined) throw unknownClass(column, row, textOf(row));
    codes[row] = code;
  }
  return { task: 'classification', classes: known.classes, codes };
}
/** A row's value as text; a number as JSON writes it. */
function textReader(column: CategoryColumn | NumberColumn): (row: number) => string {
  if (column.type === 'number') return (row) => String(column.values[row]);
  return (row) => column.dictionary[column.codes[row]];
}

function unknownClass({ name }: CategoryColumn | NumberColumn, row: number, value: string): JobFailure {
  const message = `row ${row + 1} of those to measure on has ${JSON.stringify(value)} in "${name}", a class that no training row has`;
  return new JobFailure('unsupported_data', message);
}

function categoryClasses(column: CategoryColumn, rows: Uint32Array): ClassTarget {
  const isUsed = new Uint8Array(column.dictionary.length);
  for (const row of rows) if (column.codes[row] >= 0) isUsed[column.codes[row]] = 1;

  const classes: Label[] = [];
  const classOf = new Int32Array(column.dictionary.length).fill(-1);
  for (let code = 0; code < column.dictionary.length; code++) {
    if (isUsed[code] === 0) continue;
    classOf[code] = classes.length;
    classes.push(column.boolean ? column.dictionary[code] === 'true' : column.dictionary[code]);
  }
  return {
    task: 'classification',
    classes,
    codes: column.codes.map((code) => (code < 0 ? -1 : classOf[code])),
  };
}

function numberClasses(column: NumberColumn, rows: Uint32Array): ClassTarget {
  const values = new Set<number>();
  for (const row of rows) {
    const value = column.values[row];
    if (Number.isNaN(value)) continue;
    if (!Number.isInteger(value)) {
      throw new JobFailure(
        'unsupported_data',
        `a number target needs whole numbers as classes; "${column.name}" has ${value}`,
      );
    }
    values.add(value);
    if (values.size > maxNumberClasses) {
      throw new JobFailure(
        'unsupported_data',
        `expected at most ${maxNumberClasses} classes in "${column.name}", got more`,
      );
    }
  }
  // A Set keeps −0 and 0 as one value, under either name; adding 0 makes it 0.
  const classes = [...values].map((value) => value + 0).sort((a, b) => a - b);
  const classOf = new Map(classes.map((value, code) => [value, code]));
  // Int32Array.from and not map: a Float64Array's map would give floats.
  return {
    task: 'classification',
    classes,
    codes: Int32Array.from(column.values, (value) => classOf.get(value) ?? -1),
  };
}
