/** Encodes rows of a table into the design matrix: a block of rows at a time, column by column. */
import type { FittedCategory, FittedNumber, FittedPreprocessing } from '../../contracts/version.ts';
import { JobFailure } from '../../errors.ts';
import { type FloatArray, type Matrix, requireShape } from '../../math/matrix.ts';
import { findColumn } from '../find-column.ts';
import type { CategoryColumn, Column, NumberColumn, Table } from '../table.ts';
import { columnNames } from './column-names.ts';
import { unseen, writeCategory, writeNumber } from './write-feature.ts';

/** Cells that are encoded at a time: few enough to stay in the cache until each of their columns is written. */
const blockCells = 2 ** 14;

/** Encodes table rows rows[from … to) into the same rows of the matrix. */
type WriteRows = (from: number, to: number) => void;

/**
 * Row i of `out` [rows.length, columns] becomes row rows[i] of the table, encoded. Overwrites; arithmetic is f64, stored in the
 * dtype of `out`.
 *
 * @param poll called at least every millisecond or so; may throw to stop
 * @throws JobFailure `unsupported_data`: a missing value that is not imputed, a value that is not finite once encoded, a
 *   column that is absent or of the other type
 */
export function encodeTable(
  fitted: FittedPreprocessing,
  table: Table,
  rows: Uint32Array,
  out: Matrix,
  poll: () => void = () => {},
): void {
  requireShape('encodeTable, out', out, rows.length, fitted.columns.length);
  const writers: WriteRows[] = [];
  let start = 0;
  for (const feature of fitted.features) {
    const column = findColumn(table, feature.name);
    if (feature.type === 'number' && column.type === 'number')
      writers.push(numberWriter(feature, column, rows, out, start));
    else if (feature.type === 'category' && column.type === 'category') {
      writers.push(categoryWriter(feature, column, rows, out, start));
    } else throw unencodable(column, `expected a ${feature.type}, the column is a ${column.type}`);
    start += columnNames(feature).length;
  }
  const blockRows = Math.max(1, Math.floor(blockCells / out.columns));
  for (let from = 0; from < rows.length; from += blockRows) {
    poll();
    const to = Math.min(rows.length, from + blockRows);
    for (const write of writers) write(from, to);
  }
}

function numberWriter(
  feature: FittedNumber,
  column: NumberColumn,
  rows: Uint32Array,
  out: Matrix,
  start: number,
): WriteRows {
  const { offset, scale } = feature;
  const { values } = column;
  const { data, stride } = out;

  function writeOne(i: number): void {
    const cell = values[rows[i]];
    const isMissing = Number.isNaN(cell);
    const value = isMissing ? feature.impute : cell;
    if (value === null) throw unencodable(column, `row ${rows[i] + 1} has no value`);
    if (!writeNumber(feature, value, isMissing, data, i * stride + start)) {
      throw unencodable(
        column,
        `row ${rows[i] + 1} has ${value}, which is out of the range that can be encoded`,
      );
    }
  }

  if (feature.transform !== 'identity' || feature.missing_indicator) {
    return (from, to) => {
      for (let i = from; i < to; i++) writeOne(i);
    };
  }
  return (from, to) => {
    const first = rows[from];
    const isWhole = rows[to - 1] - first === to - 1 - from;
    const source = isWhole ? values.subarray(first, first + to - from) : gathered(values, rows, from, to);
    const areFinite = scaleColumn(source, offset, scale, data, from * stride + start, stride);
    // What is not finite was missing, or is out of range: those rows go the long way.
    if (!areFinite) for (let i = from; i < to; i++) writeOne(i);
  };
}

function gathered(values: Float64Array, rows: Uint32Array, from: number, to: number): Float64Array {
  const some = new Float64Array(to - from);
  for (let i = 0; i < some.length; i++) some[i] = values[rows[from + i]];
  return some;
}

/**
 * Writes (x − offset) / scale of every value, a stride apart: the common case in a loop of its own, three times as fast.
 *
 * @returns whether all that was written is finite
 */
function scaleColumn(
  values: Float64Array,
  offset: number,
  scale: number,
  data: FloatArray,
  start: number,
  stride: number,
): boolean {
  const limit = data instanceof Float64Array ? Number.MAX_VALUE : largestF32;
  let areFinite = true;
  for (let i = 0, at = start; i < values.length; i++, at += stride) {
    const value = (values[i] - offset) / scale;
    data[at] = value;
    if (!(Math.abs(value) <= limit)) areFinite = false;
  }
  return areFinite;
}

/** What is above it may become infinite in f32, so that it has to be looked at. */
const largestF32 = 3.4028234663852886e38;

function categoryWriter(
  feature: FittedCategory,
  column: CategoryColumn,
  rows: Uint32Array,
  out: Matrix,
  start: number,
): WriteRows {
  const numberOf = new Map(feature.categories.map((category, number) => [category, number]));
  const numbers = Int32Array.from(column.dictionary, (category) => numberOf.get(category) ?? unseen);
  const imputed = feature.impute === null ? null : (numberOf.get(feature.impute) ?? unseen);
  return (from, to) => {
    for (let i = from; i < to; i++) {
      const code = column.codes[rows[i]];
      const category = code < 0 ? imputed : numbers[code];
      if (category === null) throw unencodable(column, `row ${rows[i] + 1} has no value`);
      writeCategory(feature, category, code < 0, out.data, i * out.stride + start);
    }
  };
}

function unencodable(column: Column, message: string): JobFailure {
  return new JobFailure('unsupported_data', `"${column.name}": ${message}`);
}
