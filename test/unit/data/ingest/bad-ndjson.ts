/** NDJSON files that must be refused: with which code, and on which line. */
import type { ErrorCode } from '../../../../src/errors.ts';

interface BadNdjson {
  readonly text: string;
  readonly code: ErrorCode;
  /** Line and code of each fault; none when the fault has no line of its own. */
  readonly errors?: readonly (readonly [number, string])[];
}

const good = '{"a":1,"b":"x"}\n';

/** What is no JSON ends the reading on its line. */
const malformed: Readonly<Record<string, string>> = {
  'a truncated last line': '{"a":2,"b":',
  'a truncated text': '{"a":2,"b":"y',
  'a line without its brace': '{"a":2,"b":"y"',
  'a comma too many': '{"a":2,"b":"y",}',
  'a comma too few': '{"a":2 "b":"y"}',
  'no colon': '{"a" 2}',
  'a key without quotes': '{a:2}',
  'quotes of another kind': "{'a':2}",
  'a comment': '{"a":2} // two',
  'two objects on a line': '{"a":2}{"a":3}',
  'a word that is none': '{"a":nul}',
  NaN: '{"a":NaN}',
  Infinity: '{"a":-Infinity}',
  'a leading plus': '{"a":+1}',
  'a leading zero': '{"a":01}',
  'a number that ends in a point': '{"a":1.}',
  'a number that goes on in letters': '{"a":1x}',
  'an underscore in a number': '{"a":1_000}',
  'no value': '{"a":}',
  'an unknown escape': '{"b":"\\x"}',
  'half an escape': '{"b":"\\u00"}',
  'a tab in a text': '{"b":"\t"}',
  'a NUL in a text': '{"b":"\0"}',
  'a NUL between pairs': '{"a":1,\0"b":"y"}',
  CSV: '2,y',
  'a text never closed': '{"b":"y}',
};

export const badNdjson: Readonly<Record<string, BadNdjson>> = {
  ...Object.fromEntries(
    Object.entries(malformed).map(([what, line]): [string, BadNdjson] => [
      what,
      { text: `${good}\n${line}`, code: 'malformed_json', errors: [[3, 'malformed_json']] },
    ]),
  ),
  'a first line that is no JSON': {
    text: 'a,b\n1,2\n',
    code: 'malformed_json',
    errors: [[1, 'malformed_json']],
  },
  'a line of a MiB and more': {
    text: `${good}{"a":1,"b":"${'x'.repeat(1024 * 1024)}"}\n`,
    code: 'malformed_json',
    errors: [[2, 'malformed_json']],
  },
  'values of 256 KiB and more': {
    text: `${good}{"a":1,"b":"${'x'.repeat(256 * 1024)}"}\n`,
    code: 'malformed_json',
    errors: [[2, 'malformed_json']],
  },
  'a MiB without a line ending': {
    text: ' '.repeat(1024 * 1024 + 1),
    code: 'malformed_json',
    errors: [[1, 'malformed_json']],
  },
  'a key twice': { text: `${good}{"a":1,"a":2}\n`, code: 'duplicate_key', errors: [[2, 'duplicate_key']] },
  'a key twice, in disguise': {
    text: `${good}{"a":1,"\\u0061":2}\n`,
    code: 'duplicate_key',
    errors: [[2, 'duplicate_key']],
  },
  'a key twice on the first line': {
    text: '{"a":1,"a":2}',
    code: 'duplicate_key',
    errors: [[1, 'duplicate_key']],
  },

  'nothing but blank lines': { text: '\n \r\n\n', code: 'empty_dataset' },
  'a first line without keys': { text: '{}\n{"a":1}\n', code: 'empty_dataset' },
  'the key __proto__': { text: '{"__proto__":1}\n', code: 'invalid_column_name' },
  'an empty key': { text: '{"":1}\n', code: 'invalid_column_name' },
  'keys that are one but for spaces': { text: '{"a":1," a":2}\n', code: 'invalid_column_name' },
  '10,001 keys': {
    text: `{${Array.from({ length: 10_001 }, (_, index) => `"c${index}":0`)}}\n`,
    code: 'too_many_columns',
  },

  'lines that are no objects': {
    text: `${good}[1]\n2\nnull\n"{}"\n`,
    code: 'validation_failed',
    errors: [2, 3, 4, 5].map((line) => [line, 'invalid_type'] as const),
  },
  'a first line that is no object': {
    text: '[1]\n',
    code: 'validation_failed',
    errors: [[1, 'invalid_type']],
  },
  'nested values': {
    text: `${good}{"a":[1]}\n{"b":{"c":1}}\n`,
    code: 'validation_failed',
    errors: [
      [2, 'invalid_type'],
      [3, 'invalid_type'],
    ],
  },
  'a nested value on the first line': {
    text: '{"a":1,"b":{"c":1},"d":2}\n{"a":1}\n',
    code: 'validation_failed',
    errors: [[1, 'invalid_type']],
  },
  'new keys': {
    text: `${good}{"a":1,"c":2}\n{"A":1}\n`,
    code: 'validation_failed',
    errors: [
      [2, 'unknown_field'],
      [3, 'unknown_field'],
    ],
  },
  'half a surrogate pair': {
    text: `${good}{"b":"\\ud83d"}\n`,
    code: 'validation_failed',
    errors: [[2, 'invalid_value']],
  },
  'an escaped NUL': {
    text: `${good}{"b":"\\u0000"}\n`,
    code: 'validation_failed',
    errors: [[2, 'invalid_value']],
  },
  'numbers, text and booleans in a column': {
    text: `${good}{"a":"1"}\n{"a":true}\n{"b":2}\n`,
    code: 'mixed_types',
    errors: [2, 3, 4].map((line) => [line, 'mixed_types'] as const),
  },
  '1e999 and integers beyond 2^53': {
    text: `${good}{"a":1e999}\n{"a":-9007199254740992}\n`,
    code: 'number_out_of_range',
    errors: [
      [2, 'number_out_of_range'],
      [3, 'number_out_of_range'],
    ],
  },
};
