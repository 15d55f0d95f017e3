/** What a CSV file holds, what is wrong with it, and that neither depends on how its bytes are cut. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrainyardError } from '../../../../src/errors.ts';
import { badCsv } from './bad-csv.ts';
import { everyByte, scanText } from './scan-text.ts';

function refusal(text: string, cuts: readonly number[] = []): TrainyardError {
  try {
    scanText(text, cuts);
  } catch (error) {
    return error as TrainyardError;
  }
  throw new Error('the file was accepted');
}

/** Rows, and of each column its name, type and missing values: `a:number:1`. */
function summary(text: string): string {
  const { rows, columns } = scanText(text);
  return [rows, ...columns.map(({ name, type, missing }) => `${name}:${type}:${missing}`)].join(' ');
}

const reasonsOf = (text: string) => scanText(text).columns.map(({ reason }) => reason);

describe('a CSV file', () => {
  it.each<[string, string, string]>([
    ['with LF', 'a,b\n1,x\n2,y\n', '2 a:number:0 b:category:0'],
    ['with CRLF', 'a,b\r\n1,x\r\n2,y\r\n', '2 a:number:0 b:category:0'],
    ['with both', 'a,b\r\n1,x\n2,y\r\n', '2 a:number:0 b:category:0'],
    ['without a line ending at its end', 'a,b\n1,x', '1 a:number:0 b:category:0'],
    ['of a header alone', 'a,b', '0 a:number:0 b:number:0'],
    ['with blank lines', 'a,b\n\n1,2\r\n\r\n\n3,4\n\n', '2 a:number:0 b:number:0'],
    ['of one column, where a blank line is a missing value', 'a\n1\n\n2\n\n', '4 a:number:2'],
    ['of one column with CRLF', 'a\r\n1\r\n\r\n2', '3 a:number:1'],
    ['that ends in a comma', 'a,b\n1,2\n3,', '2 a:number:0 b:number:1'],
    ['of commas', 'a,b\n,\n,', '2 a:number:2 b:number:2'],
    ['with quoted names', '"a,1","b""2","c\r\n3"\n1,2,3\n', '1 a,1:number:0 b"2:number:0 c\r\n3:number:0'],
    ['with quoted commas and line breaks', 'a,b\n"x,\n,\r\ny",2\n"\r",3', '2 a:category:0 b:number:0'],
    ['with doubled quotes', 'a,b\n"""",""""""\n"x""y",""""', '2 a:category:0 b:category:0'],
    ['with quoted numbers', 'a,b\n"1","-2.5e3"\n', '1 a:number:0 b:number:0'],
    ['with missing tokens', 'a,b,c\nNA,N/A,NaN\nnull,NULL,\n1,2,3', '3 a:number:2 b:number:2 c:number:2'],
    ['with missing tokens in quotes', 'a,b\n"NA",""\n', '1 a:category:0 b:category:0'],
    ['with what only looks missing', 'a,b\nna,nan\nnone,n/a\n', '2 a:category:0 b:category:0'],
    ['with spaces around numbers', 'a,b\n1,2\n 1,2 \n', '2 a:category:0 b:category:0'],
    ['with leading zeros', 'a,b\n007,1.\n', '1 a:category:0 b:category:0'],
    ['with booleans', 'a,b\ntrue,1\nfalse,0\n', '2 a:category:0 b:number:0'],
    ['with long numbers in a column of text', 'a\n12345678901234567890\nx\n', '2 a:category:0'],
  ])('%s', (_name, text, expected) => {
    expect(summary(text)).toBe(expected);
    expect(scanText(text, everyByte(text))).toEqual(scanText(text));
  });

  it('says which line made a column a category', () => {
    const rows = Array.from({ length: 3_000 }, (_, row) => (row === 2_500 ? '7,7 a' : `${row},"1"`));
    expect(reasonsOf(`x,y\n${rows.join('\n')}\n8,z`)).toEqual([
      'every value is a number',
      'line 2502: "7 a" is not a number',
    ]);
    expect(reasonsOf('a,b,c\n"1\n2",,1\n\n3,,"x\n""y"""\n')).toEqual([
      'line 2: "1\\n2" is not a number',
      'it has no values, and a column without values is a number',
      'line 5: "x\\n\\"y\\"" is not a number',
    ]);
  });

  it('shortens a long text in a reason', () => {
    const [reason] = reasonsOf(`a\n${'😀'.repeat(1_000)}\n`);
    expect(reason).toBe(`line 2: "${'😀'.repeat(20)}…" is not a number`);
  });

  it('gives the length of its longest row', () => {
    expect(scanText('a,b\n1,2\n"x\r\ny",é\r\n1,3').longestRow).toBe(9);
    expect(scanText('a,b\n1,2\n12345,').longestRow).toBe(6);
  });

  it('may have rows of 256 KiB', () => {
    const text = `a,b\n${'x'.repeat(256 * 1024 - 2)},1\n`;
    expect(scanText(text).longestRow).toBe(256 * 1024);
  });
});

describe('a CSV file is refused for', () => {
  it.each(Object.entries(badCsv))('%s', (_name, { text, code, line }) => {
    const whole = refusal(text);
    expect(whole).toMatchObject({ code });
    expect(whole.errors[0]?.line ?? null).toBe(line);
    if (line !== null) expect(whole.message.startsWith(`line ${line}: `)).toBe(true);
    const cuts = text.length < 1_000 ? everyByte(text) : [text.length - 2, text.length - 1];
    expect(refusal(text, cuts)).toEqual(whole);
  });

  it('every ragged row and every column with a number out of range, up to a hundred', () => {
    const { code, message, errors } = refusal('a,b\n1\n1e999,9007199254740993\n1e999,2,3\n');
    expect(errors.map(({ code: each, line, column }) => [each, line, column])).toEqual([
      ['ragged_row', 2, undefined],
      ['ragged_row', 4, undefined],
      ['number_out_of_range', 3, 'a'],
      ['number_out_of_range', 3, 'b'],
    ]);
    expect(code).toBe('ragged_row');
    expect(message).toBe('line 2: expected 2 fields, as in the header, got 1; and 3 more');
    expect(refusal(`a,b\n${'1\n'.repeat(1_000)}`).errors).toHaveLength(100);
  });
});

describe('the scanner', () => {
  const field = fc.oneof(
    fc.constantFrom(
      '',
      'NA',
      '1',
      '-2.5',
      '"3"',
      '""',
      '"NA"',
      '"a""b"',
      '"x,\ny"',
      '"\r\n"',
      'é',
      '😀',
      'x"',
      '"',
    ),
    fc.string({ unit: fc.constantFrom(...'1.e-",\n\ra é'), maxLength: 6 }),
  );
  const row = fc.array(field, { minLength: 1, maxLength: 3 }).map((fields) => fields.join(','));
  const file = fc
    .tuple(fc.array(row, { maxLength: 5 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
    .map(([rows, ending, isEnded]) => `a,b${ending}${rows.join(ending)}${isEnded ? ending : ''}`);

  function outcome(text: string, cuts: readonly number[]): unknown {
    try {
      return scanText(text, cuts);
    } catch (error) {
      return (error as TrainyardError).errors;
    }
  }

  it('finds the same under any chunking', () => {
    const cuts = fc.uniqueArray(fc.nat(80), { maxLength: 8 }).map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(file, cuts, (text, places) => {
        expect(outcome(text, places)).toEqual(outcome(text, []));
      }),
      { numRuns: 3000 },
    );
  });
});
