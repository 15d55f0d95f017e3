/** What cells become, and that a table and the same rows as JSON become the same bits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell, Row } from '../../../../src/contracts/dataset.ts';
import { Preprocessing } from '../../../../src/contracts/model-config.ts';
import { designDtype } from '../../../../src/data/design-matrix.ts';
import { encodeTable } from '../../../../src/data/preprocessing/encode-table.ts';
import { fitPreprocessing } from '../../../../src/data/preprocessing/fit-preprocessing.ts';
import { createRowEncoder } from '../../../../src/data/preprocessing/row-encoder.ts';
import { RowReport } from '../../../../src/data/preprocessing/row-report.ts';
import type { Dtype } from '../../../../src/math/matrix.ts';
import { sharedMatrix } from '../../../../src/math/matrix.ts';
import { allRows, tableOf } from '../table-of.ts';

type Columns = Record<string, readonly Cell[]>;

function fitColumns(columns: Columns, options: Partial<Preprocessing> = {}) {
  const table = tableOf(columns);
  return fitPreprocessing(table, allRows(table), Object.keys(columns), Preprocessing.parse(options)).fitted;
}

/** Encoded rows of a table, padding left out. */
function encode(fitted: ReturnType<typeof fitColumns>, columns: Columns, dtype: Dtype = 'f64'): number[][] {
  const table = tableOf(columns);
  const width = fitted.columns.length;
  const out = sharedMatrix(table.rows, width, width + 3, dtype);
  encodeTable(fitted, table, allRows(table), out);
  const rows = Array.from({ length: table.rows }, (_, i) => [
    ...out.data.subarray(i * out.stride, (i + 1) * out.stride),
  ]);
  for (const row of rows) expect(row.slice(width)).toEqual([0, 0, 0]);
  return rows.map((row) => row.slice(0, width));
}

function encodeRows(fitted: ReturnType<typeof fitColumns>, rows: readonly Row[], dtype: Dtype = 'f64') {
  const encoder = createRowEncoder(fitted);
  const report = new RowReport();
  const width = fitted.columns.length;
  const encoded = rows.map((row, number) => {
    // Filled with what must be overwritten: a batch's memory is used again.
    const data = (dtype === 'f64' ? new Float64Array(width) : new Float32Array(width)).fill(99);
    encoder.encode(row, number, data, 0, report);
    return [...data];
  });
  return { encoded, report };
}

function errorsOf(fitted: ReturnType<typeof fitColumns>, rows: readonly Row[]) {
  const { report } = encodeRows(fitted, rows);
  try {
    report.throwIfRefused();
  } catch (error) {
    return error as { code: string; errors: { pointer: string; code: string; message: string }[] };
  }
  throw new Error('expected a refusal');
}

describe('encodeTable', () => {
  it('scales numbers and lays out one-hot columns', () => {
    const columns = { x: [1, 2, 3], c: ['b', 'a', 'b'] };
    expect(encode(fitColumns(columns, { numeric: 'min_max' }), columns)).toEqual([
      [0, 0, 1],
      [0.5, 1, 0],
      [1, 0, 1],
    ]);
  });

  it('gives standardised columns mean 0 and standard deviation 1', () => {
    const columns = { x: [3, 1, 4, 1, 5, 9, 2, 6] };
    const values = encode(fitColumns(columns), columns).map(([value]) => value);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 14);
    expect(values.reduce((sum, value) => sum + value * value, 0) / 8).toBeCloseTo(1, 14);
  });

  it('imputes, and marks what was missing', () => {
    const columns = { x: [0, null, 2, 4], c: ['a', 'a', null, 'b'] };
    const fitted = fitColumns(columns, { numeric: 'none', missing_indicator: true });
    expect(encode(fitted, columns)).toEqual([
      [0, 0, 1, 0, 0],
      [2, 1, 1, 0, 0],
      [2, 0, 1, 0, 1],
      [4, 0, 0, 1, 0],
    ]);
  });

  it('encodes an unseen category as zeros, or −1', () => {
    const train = { c: ['a', 'b'] };
    const other = { c: ['b', 'purple'] };
    expect(encode(fitColumns(train), other)).toEqual([
      [0, 1],
      [0, 0],
    ]);
    expect(encode(fitColumns(train, { category: 'ordinal' }), other)).toEqual([[1], [-1]]);
  });

  it('encodes a single category and a constant number as 0', () => {
    const columns = { c: ['a', 'a'], x: [7, 7] };
    expect(encode(fitColumns(columns), columns)).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('takes ln(1 + x)', () => {
    const columns = { x: [0, Math.E - 1] };
    expect(encode(fitColumns(columns, { numeric: 'log1p' }), columns)).toEqual([[0], [1]]);
  });

  it.each([
    ['a number too large for f32', { x: [1, 2] }, { x: [1e300, 1] }, 'f32', { numeric: 'none' }],
    ['a value below −1 under log1p', { x: [1, 2] }, { x: [-2, 1] }, 'f64', { numeric: 'log1p' }],
    ['a hole that is not imputed', { x: [1, 2] }, { x: [null, 1] }, 'f64', { missing: 'drop_row' }],
    [
      'a missing category that is not imputed',
      { x: ['a', 'b'] },
      { x: [null, 'a'] },
      'f64',
      { missing: 'drop_row' },
    ],
    ['a column of the other type', { x: [1, 2] }, { x: ['a', 'b'] }, 'f64', {}],
  ] as const)('refuses %s', (_, train, other, dtype, options) => {
    expect(() => encode(fitColumns(train, options), other, dtype)).toThrow(
      expect.objectContaining({ code: 'unsupported_data' }),
    );
  });
});

describe('createRowEncoder', () => {
  // Steps of 1/7: a spread as small as the least double would, rightly, be refused in f32.
  const number = fc.option(
    fc.integer({ min: -6, max: 7e6 }).map((value) => value / 7),
    { nil: null },
  );
  const category = fc.option(fc.constantFrom('a', 'b', '', 'toString', '😀'), { nil: null });
  const boolean = fc.option(fc.boolean(), { nil: null });
  const tables = fc.array(fc.record({ x: number, toString: category, b: boolean }), {
    minLength: 2,
    maxLength: 20,
  });
  const options = fc.record({
    numeric: fc.constantFrom('standardize', 'min_max', 'robust', 'log1p', 'none'),
    category: fc.constantFrom('one_hot', 'ordinal'),
    impute_numeric: fc.constantFrom('median', 'mean', 0.3),
    impute_category: fc.constantFrom('most_frequent', 'none of them'),
    missing_indicator: fc.boolean(),
  });

  it.each(['f32', 'f64'] as const)('gives the same bits as encodeTable in %s', (dtype) => {
    fc.assert(
      fc.property(tables, options, (rows, preprocessing) => {
        // Two rows of fixed values keep each column's type, whatever the others miss.
        const filled = [
          { x: 1, toString: 'a', b: true },
          { x: 2, toString: 'b', b: false },
          ...rows.map((row) => ({ x: row.x, toString: row.toString, b: row.b })),
        ];
        const columns: Columns = {
          x: filled.map((row) => row.x),
          toString: filled.map((row) => row.toString),
          b: filled.map((row) => row.b),
        };
        const fitted = fitColumns(columns, preprocessing as Partial<Preprocessing>);
        const { encoded, report } = encodeRows(fitted, filled, dtype);
        report.throwIfRefused();
        expect(encoded).toEqual(encode(fitted, columns, dtype));
        const reversed = filled.map((row) => Object.fromEntries(Object.entries(row).reverse()));
        expect(encodeRows(fitted, reversed, dtype).encoded).toEqual(encoded);
      }),
    );
  });

  const fitted = fitColumns({ x: [1, 2, null], 'a/b~c': ['m', 'f', 'm'], ok: [true, false, true] });

  it('treats an absent key as null', () => {
    const { encoded, report } = encodeRows(fitted, [{}, { x: null, 'a/b~c': null, ok: null }]);
    report.throwIfRefused();
    expect(encoded[0]).toEqual(encoded[1]);
  });

  it('names every fault of every row by its pointer', () => {
    const { code, errors } = errorsOf(fitted, [
      { x: '1', 'a/b~c': 2, ok: 'true' },
      { x: 1, y: 3, extra: null },
      { x: true },
    ]);
    expect(code).toBe('validation_failed');
    expect(errors.map((error) => [error.pointer, error.code])).toEqual([
      ['/rows/0/x', 'invalid_type'],
      ['/rows/0/a~1b~0c', 'invalid_type'],
      ['/rows/0/ok', 'invalid_type'],
      ['/rows/1/y', 'unknown_field'],
      ['/rows/1/extra', 'unknown_field'],
      ['/rows/2/x', 'invalid_type'],
    ]);
    expect(errors[0].message).toBe('expected a number, got text');
    expect(errors[2].message).toBe('expected true or false, got text');
  });

  it('does not take a property that all objects have for a value', () => {
    const own = fitColumns({ toString: [1, 2] }, { missing: 'error' });
    expect(errorsOf(own, [{}])).toMatchObject({
      code: 'missing_values',
      errors: [{ pointer: '/rows/0/toString' }],
    });
  });

  it.each(['error', 'drop_row'] as const)('refuses a missing value under %s', (missing) => {
    const strict = fitColumns({ x: [1, 2], c: ['a', 'b'] }, { missing });
    expect(errorsOf(strict, [{ x: null }]).errors.map(({ code }) => code)).toEqual([
      'missing_values',
      'missing_values',
    ]);
  });

  it.each([Number.POSITIVE_INFINITY, Number.NaN, 1e308])('refuses %s as out of range', (x) => {
    const narrow = fitColumns({ x: [1, 1.0000001] });
    expect(errorsOf(narrow, [{ x }])).toMatchObject({
      code: 'number_out_of_range',
      errors: [{ pointer: '/rows/0/x' }],
    });
  });

  it('says that log1p needs more than −1', () => {
    expect(
      errorsOf(fitColumns({ x: [1, 2] }, { numeric: 'log1p' }), [{ x: -1 }]).errors[0].message,
    ).toContain('above −1, got -1');
  });

  it('lists a hundred problems and counts the rest', () => {
    const error = errorsOf(
      fitted,
      Array.from({ length: 150 }, () => ({ x: 'text' })),
    );
    expect(error.errors).toHaveLength(100);
    expect(String(error)).toContain('and 149 more');
  });

  it('warns once of each unseen category, to ten', () => {
    const rows = Array.from({ length: 30 }, (_, i) => ({ 'a/b~c': `new ${i % 15}` }));
    const warnings = encodeRows(fitted, rows).report.warnings();
    expect(warnings).toHaveLength(11);
    expect(warnings[0]).toEqual({
      code: 'unseen_category',
      message: expect.stringContaining('"a/b~c": the category "new 0"'),
    });
    expect(warnings[10].message).toContain('5 more');
  });

  it('cuts a long category in its warning', () => {
    const [{ message }] = encodeRows(fitted, [{ 'a/b~c': 'x'.repeat(10_000) }]).report.warnings();
    expect(message.length).toBeLessThan(300);
  });
});

describe('design matrix', () => {
  it('is f64 for a linear model of up to four million cells, f32 above and for networks', () => {
    expect(designDtype('logistic_regression', 1_000_000, 4)).toBe('f64');
    expect(designDtype('logistic_regression', 1_000_001, 4)).toBe('f32');
    expect(designDtype('mlp', 2, 2)).toBe('f32');
  });

  it('lies in memory that threads share', () => {
    const { data, stride } = sharedMatrix(3, 5, 8, 'f32');
    expect(data.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(data.length).toBe(3 * stride);
  });
});
