/** CSV files that must be refused: with which code, and on which line. */
import type { ErrorCode } from '../../../../src/errors.ts';

interface BadCsv {
  readonly text: string;
  readonly code: ErrorCode;
  /** Null when the fault has no line of its own. */
  readonly line: number | null;
}

const quoted = (text: string) => `"${text}"`;

export const badCsv: Readonly<Record<string, BadCsv>> = {
  'a quote never closed': { text: 'a,b\n1,2\n"3,4\n5,6\n', code: 'malformed_csv', line: 3 },
  'a quote never closed in the header': { text: 'a,"b\n1,2\n', code: 'malformed_csv', line: 1 },
  'a quote opened by the last byte': { text: 'a,b\n1,"', code: 'malformed_csv', line: 2 },
  'a quote inside a plain field': { text: 'a,b\n1,2\n3,4"\n', code: 'malformed_csv', line: 3 },
  'a quote inside a plain name': { text: 'a,b"c\n1,2\n', code: 'malformed_csv', line: 1 },
  'a quote after a space': { text: 'a,b\n1, "2"\n', code: 'malformed_csv', line: 2 },
  'text after a closing quote': { text: 'a,b\n"1" ,2\n', code: 'malformed_csv', line: 2 },
  'text after a closing quote in the header': { text: '"a"x,b\n1,2\n', code: 'malformed_csv', line: 1 },
  'a quote escaped by a backslash': { text: 'a,b\n"x\\"y",2\n', code: 'malformed_csv', line: 2 },
  'a quote after line breaks in quotes': {
    text: 'a,b\n"x\n\ny",1\n1"2,3\n',
    code: 'malformed_csv',
    line: 5,
  },
  'CR alone between rows': { text: 'a,b\n1,2\r3,4\n', code: 'malformed_csv', line: 2 },
  'CR alone after the header': { text: 'a,b\r1,2\r', code: 'malformed_csv', line: 1 },
  'CR at the end of the file': { text: 'a,b\n1,2\r', code: 'malformed_csv', line: 2 },
  'a NUL': { text: 'a,b\n1,2\nx\0y,4\n', code: 'malformed_csv', line: 3 },
  'a NUL in the first name': { text: '\0a,b\n1,2\n', code: 'malformed_csv', line: 1 },
  'a NUL on the third line of a quoted field': { text: 'a,b\n"x\ny\0",4\n', code: 'malformed_csv', line: 3 },
  'both line endings in one column': { text: 'a\n1\r\n2\n', code: 'malformed_csv', line: 2 },
  'LF after a header with CRLF, in one column': { text: 'a\r\n1\n', code: 'malformed_csv', line: 2 },
  'a row of 256 KiB and a byte': {
    text: `a,b\n1,2\n${quoted('x'.repeat(256 * 1024 - 3))},3\n`,
    code: 'malformed_csv',
    line: 3,
  },
  'a row too long that ends in a comma': {
    text: `a,b\n1,2\n${'x'.repeat(256 * 1024)},`,
    code: 'malformed_csv',
    line: 3,
  },
  'a header of 256 KiB and more': { text: `${'a'.repeat(300_000)}\n1\n`, code: 'malformed_csv', line: 1 },

  'a field too many': { text: 'a,b\n1,2\n3,4,5\n', code: 'ragged_row', line: 3 },
  'a field too few': { text: 'a,b\n1,2\n3\n', code: 'ragged_row', line: 3 },
  'a comma after the last field of the file': { text: 'a,b\n1,2,', code: 'ragged_row', line: 2 },
  'a ragged row after line breaks in quotes': { text: 'a,b\n"x\r\ny",2\n3\n', code: 'ragged_row', line: 4 },
  'a ragged row after blank lines': { text: 'a,b\n\n\n1,2\n3\n', code: 'ragged_row', line: 5 },
  'a blank between two commas too few': { text: 'a,b\n ,1\n \n', code: 'ragged_row', line: 3 },

  'an integer beyond 2^53': { text: 'a,b\n1,2\n3,9007199254740993\n', code: 'number_out_of_range', line: 3 },
  'an integer beyond 2^53 in quotes': {
    text: 'a\n1\n"-9007199254740992"\n',
    code: 'number_out_of_range',
    line: 3,
  },
  '1e999': { text: 'a,b\n1,2\n1e999,4\n', code: 'number_out_of_range', line: 3 },

  'a name twice': { text: 'a,b,a\n1,2,3\n', code: 'invalid_column_name', line: null },
  'a name twice but for spaces': { text: 'a, a \n1,2\n', code: 'invalid_column_name', line: null },
  'a name twice but for composition': {
    text: 'u\u0308,ü\n1,2\n',
    code: 'invalid_column_name',
    line: null,
  },
  'an empty name': { text: 'a,,c\n1,2,3\n', code: 'invalid_column_name', line: null },
  'an empty name in quotes': { text: 'a,""\n1,2\n', code: 'invalid_column_name', line: null },
  'a comma after the header': { text: 'a,b,\n1,2,\n', code: 'invalid_column_name', line: null },
  'a blank line before the header': { text: '\na,b\n1,2\n', code: 'invalid_column_name', line: null },
  'the name __proto__': { text: '__proto__,b\n1,2\n', code: 'invalid_column_name', line: null },
  'the name constructor': { text: 'a,"constructor"\n1,2\n', code: 'invalid_column_name', line: null },
  'a name of 129 characters': {
    text: `${'n'.repeat(129)},b\n1,2\n`,
    code: 'invalid_column_name',
    line: null,
  },
  'a NUL in a quoted name': { text: '"a\0",b\n1,2\n', code: 'invalid_column_name', line: null },
  '10,001 columns': { text: `${'a,'.repeat(10_000)}a\n`, code: 'too_many_columns', line: null },
};
