/** Encodes rows of a table into the design matrix, column by column. */
import type { FittedCategory, FittedNumber, FittedPreprocessing } from '../../contracts/version.ts';
import { JobFailure } from '../../errors.ts';
import type { Matrix } from '../../math/matrix.ts';
import { requireShape } from '../../math/matrix.ts';
import { findColumn } from '../find-column.ts';
import type { CategoryColumn, Column, NumberColumn, Table } from '../table.ts';
import { columnNames } from './column-names.ts';
import { unseen, writeCategory, writeNumber } from './write-feature.ts';

/**
 * Row i of `out` [rows.length, columns] becomes row rows[i] of the table, encoded. Overwrites; arithmetic is f64, stored in the
 * dtype of `out`.
 *
 * @throws JobFailure `unsupported_data`: a missing value that is not imputed, a value that is not finite once encoded, a
 *   column that is absent or of the other type
 */
export function encodeTable(fitted: FittedPreprocessing, table: Table, rows: Uint32Array, out: Matrix): void {
  requireShape('encodeTable, out', out, rows.length, fitted.columns.length);
  let start = 0;
  for (const feature of fitted.features) {
    const column = findColumn(table, feature.name);
    if (feature.type === 'number' && column.type === 'number')
      encodeNumbers(feature, column, rows, out, start);
    else if (feature.type === 'category' && column.type === 'category') {
      encodeCategories(feature, column, rows, out, start);
    } else throw unencodable(column, `expected a ${feature.type}, the column is a ${column.type}`);
    start += columnNames(feature).length;
  }
}

function encodeNumbers(
  feature: FittedNumber,
  column: NumberColumn,
  rows: Uint32Array,
  out: Matrix,
  start: number,
): void {
  for (let i = 0; i < rows.length; i++) {
    const cell = column.values[rows[i]];
    const isMissing = Number.isNaN(cell);
    const value = isMissing ? feature.impute : cell;
    if (value === null) throw unencodable(column, `row ${rows[i] + 1} has no value`);
    if (!writeNumber(feature, value, isMissing, out.data, i * out.stride + start)) {
      throw unencodable(
        column,
        `row ${rows[i] + 1} has ${value}, which is out of the range that can be encoded`,
      );
    }
  }
}

function encodeCategories(
  feature: FittedCategory,
  column: CategoryColumn,
  rows: Uint32Array,
  out: Matrix,
  start: number,
): void {
  const numberOf = new Map(feature.categories.map((category, number) => [category, number]));
  const numbers = Int32Array.from(column.dictionary, (category) => numberOf.get(category) ?? unseen);
  const imputed = feature.impute === null ? null : (numberOf.get(feature.impute) ?? unseen);
  for (let i = 0; i < rows.length; i++) {
    const code = column.codes[rows[i]];
    const category = code < 0 ? imputed : numbers[code];
    if (category === null) throw unencodable(column, `row ${rows[i] + 1} has no value`);
    writeCategory(feature, category, code < 0, out.data, i * out.stride + start);
  }
}

function unencodable(column: Column, message: string): JobFailure {
  return new JobFailure('unsupported_data', `"${column.name}": ${message}`);
}
