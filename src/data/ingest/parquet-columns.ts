/** What becomes of each type of column that a Parquet file may hold, as SQL. */
import { sourceColumn } from '../parquet-file.ts';
import { ProblemList } from './problem-list.ts';
import type { TypedColumn } from './typed-column.ts';

/** A column of the file and how it is read; its SQL speaks of `sourceColumn(index)`. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: TypedColumn['type'];
  readonly reason: string;
  /** Its value as a DOUBLE or a VARCHAR; NULL where it is missing. */
  readonly value: string;
  /** True for values that cannot be stored; null where all can. */
  readonly fault: Fault | null;
}

interface Fault {
  readonly where: string;
  readonly code: 'number_out_of_range' | 'validation_failed';
  readonly message: string;
}

const wholeDoubles = /^(TINYINT|SMALLINT|INTEGER|UTINYINT|USMALLINT|UINTEGER|"NULL")$/;
const wideIntegers = /^(BIGINT|UBIGINT|HUGEINT|UHUGEINT|DECIMAL\(\d+,0\))$/;
const fractions = /^(FLOAT|DOUBLE)$/;
const decimals = /^DECIMAL\(/;
const texts = /^(VARCHAR|JSON|ENUM\(.*\))$/;
/** Dates are categories, written as ISO 8601 and SQL have them. */
const writtenAsText = /^(BOOLEAN|UUID|DATE|TIME|TIME_NS|TIME WITH TIME ZONE|TIMESTAMP|TIMESTAMP_(S|MS|NS))$/;

/**
 * @param names of the columns
 * @param types DuckDB's names of their types
 * @throws TrainyardError `unsupported_type` naming every column that a table cannot hold
 */
export function planColumns(names: readonly string[], types: readonly string[]): ParquetColumn[] {
  const problems = new ProblemList();
  const columns = names.flatMap((name, index) => {
    const type = types[index]!;
    const planned = planColumn(sourceColumn(index), type);
    if (planned !== null) return [{ name, reason: `the file holds it as ${type.slice(0, 40)}`, ...planned }];
    const message = `expected numbers, text, booleans or dates, got ${type.slice(0, 100)}`;
    problems.add('unsupported_type', { column: name, message });
    return [];
  });
  problems.raise();
  return columns;
}

function planColumn(c: string, type: string): Pick<ParquetColumn, 'type' | 'value' | 'fault'> | null {
  if (wholeDoubles.test(type)) return { type: 'number', value: `${c}::DOUBLE`, fault: null };
  if (wideIntegers.test(type)) return { type: 'number', value: `${c}::DOUBLE`, fault: unsafeInteger(c) };
  if (fractions.test(type)) {
    return {
      type: 'number',
      value: `CASE WHEN isnan(${c}) THEN NULL ELSE ${c}::DOUBLE END`,
      fault: infinite(c),
    };
  }
  // By way of its digits, since a division by a power of ten rounds twice.
  if (decimals.test(type)) return { type: 'number', value: `${c}::VARCHAR::DOUBLE`, fault: null };
  if (texts.test(type)) return { type: 'category', value: `${c}::VARCHAR`, fault: withNul(c) };
  if (writtenAsText.test(type)) return { type: 'category', value: `${c}::VARCHAR`, fault: null };
  // As text it would follow the machine's own time zone.
  if (type === 'TIMESTAMP WITH TIME ZONE') {
    return { type: 'category', value: `make_timestamp(epoch_us(${c}))::VARCHAR || '+00'`, fault: null };
  }
  return null;
}

const { MAX_SAFE_INTEGER } = Number;

function unsafeInteger(c: string): Fault {
  return {
    where: `${c} > ${MAX_SAFE_INTEGER} OR ${c} < -${MAX_SAFE_INTEGER}`,
    code: 'number_out_of_range',
    message: 'the integer is beyond 2^53 − 1 and would be rounded',
  };
}

function infinite(c: string): Fault {
  return { where: `isinf(${c})`, code: 'number_out_of_range', message: 'expected a finite number' };
}

function withNul(c: string): Fault {
  return {
    where: `contains(${c}::VARCHAR, chr(0))`,
    code: 'validation_failed',
    message: 'expected text without NUL characters',
  };
}

/** @throws TrainyardError `unsupported_type` naming every column that holds more than one value a row */
export function refuseNested(
  columns: readonly { readonly name: string; readonly isNested: boolean }[],
): void {
  const problems = new ProblemList();
  for (const { name, isNested } of columns) {
    if (isNested)
      problems.add('unsupported_type', {
        column: name,
        message: 'expected one value a row, got a nested column',
      });
  }
  problems.raise();
}
