/** What a cell becomes in an exported line, and that nothing of it is lost. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnProfile, FormulaMode } from '../../../../src/contracts/dataset.ts';
import { ambiguousColumns, csvFormat } from '../../../../src/data/export/csv-format.ts';
import { numberText } from '../../../../src/data/export/line-format.ts';
import { ndjsonFormat } from '../../../../src/data/export/ndjson-format.ts';

const base = { name: 'c', reason: '', missing: 0, distinct: 1 };
const categoryOf = (...values: (string | boolean)[]): ColumnProfile => ({
  ...base,
  type: 'category',
  top: values.map((value) => ({ value, count: 1 })),
});
const number: ColumnProfile = { ...base, type: 'number', min: 0, max: 0, mean: 0, std: 0 };

const csvCell = (text: string | null, formulas: FormulaMode) =>
  csvFormat([categoryOf('a')], formulas).columns[0]!.text(text);

describe('a number', () => {
  it('reads back as the same double, and never as a long integer', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = numberText(value);
        expect(Number(text)).toBe(value + 0);
        // What an upload refuses: an integer in plain digits beyond 2^53 − 1.
        if (/^-?\d+$/.test(text)) expect(Number.isSafeInteger(value)).toBe(true);
      }),
    );
  });

  it.each([
    [0.1, '0.1'],
    [-5, '-5'],
    [2 ** 53, '9.007199254740992e+15'],
    [-1e20, '-1e+20'],
    [1e300, '1e+300'],
    [5e-324, '5e-324'],
  ])('%d is written as %s', (value, text) => {
    expect(numberText(value)).toBe(text);
    expect(csvFormat([number], 'escape').columns[0]!.text(value)).toBe(text);
  });
});

describe('a CSV field', () => {
  it.each([
    ['plain text', 'plain text'],
    ['a,b', '"a,b"'],
    ['a "quote"', '"a ""quote"""'],
    ['two\nlines', '"two\nlines"'],
    ['cr\rcr', '"cr\rcr"'],
    ['', '""'],
    ['NA', '"NA"'],
    ['null', '"null"'],
    [null, ''],
  ])('%j is %s', (text, field) => {
    for (const mode of ['escape', 'keep'] as const) expect(csvCell(text, mode)).toBe(field);
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+SUM(A1)', "'+SUM(A1)"],
    ['-cmd', "'-cmd"],
    ['@import', "'@import"],
    ['\tx', "'\tx"],
    ['＝１', "'＝１"],
    ['=a,b', '"\'=a,b"'],
    ["'=1", "''=1"],
    // No formulas.
    ['-5', '-5'],
    ['+1e3', '+1e3'],
    ["it's = 1", "it's = 1"],
    ["'quoted'", "'quoted'"],
  ])('that may be a formula, %j, is %s, or kept if asked', (text, field) => {
    expect(csvCell(text, 'escape')).toBe(field);
    expect(csvCell(text, 'keep').replaceAll('"', '')).toBe(text.replaceAll('"', ''));
  });

  it('that was escaped gives its text back without one apostrophe, and no other text looks like it', () => {
    const text = fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '1', 'a', '\t'), maxLength: 6 });
    const unescaped = (cell: string) => (/^'+[=+\-@\t\r\n＝＋－＠]/.test(cell) ? cell.slice(1) : cell);
    fc.assert(
      fc.property(text, (value) => {
        const cell = csvCell(value, 'escape');
        expect(unescaped(cell === '""' ? '' : cell)).toBe(value);
      }),
      { numRuns: 500 },
    );
  });

  it('of the header is treated as any text', () => {
    const columns = [
      { ...number, name: '=a' },
      { ...number, name: 'b,"c"' },
    ];
    expect(csvFormat(columns, 'escape').head).toBe('\'=a,"b,""c"""\n');
    expect(csvFormat(columns, 'keep').head).toBe('=a,"b,""c"""\n');
  });
});

describe('a column whose values read as numbers', () => {
  it('is named, as is one without values: the reader of the CSV has to be told', () => {
    const columns = [
      number,
      { ...categoryOf('10115', '10117'), name: 'zip' },
      { ...categoryOf('1', 'a'), name: 'mixed' },
      { ...categoryOf('007'), name: 'agent' },
      { ...categoryOf(), name: 'empty' },
    ];
    expect(ambiguousColumns(columns)).toEqual(['zip', 'empty']);
  });
});

describe('an NDJSON line', () => {
  it('has every column, booleans as such and only those of a boolean column', () => {
    const columns: ColumnProfile[] = [
      { ...number, name: '2' },
      { ...categoryOf(false, true), name: '1' },
      { ...categoryOf('true'), name: 'a"b' },
    ];
    const { head, columns: cells, end } = ndjsonFormat(columns);
    const line = (...values: (number | string | null)[]) =>
      head + cells.map(({ before, text }, i) => before + text(values[i]!)).join('') + end;
    expect(line(1e20, 'true', 'true')).toBe('{"2":1e+20,"1":true,"a\\"b":"true"}\n');
    expect(line(null, null, null)).toBe('{"2":null,"1":null,"a\\"b":null}\n');
  });
});
