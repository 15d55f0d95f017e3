/** JSON tables that must be refused: with which code, and where. */
import type { ErrorCode } from '../../../../src/errors.ts';

interface BadJson {
  readonly text: string;
  readonly code: ErrorCode;
  /** Pointer and code of each fault. */
  readonly errors?: readonly (readonly [string, string])[];
}

export const badJson: Readonly<Record<string, BadJson>> = {
  'half a table': { text: '{"rows":[{"a":1}', code: 'malformed_json' },
  NaN: { text: '{"rows":[{"a":NaN}]}', code: 'malformed_json' },
  'a key twice': { text: '{"rows":[{"a":1,"a":2}]}', code: 'duplicate_key' },
  'the key __proto__': { text: '{"rows":[{"__proto__":1}]}', code: 'forbidden_key' },
  'a value nested 100 deep': {
    text: `{"rows":[{"a":${'['.repeat(100)}${']'.repeat(100)}}]}`,
    code: 'nesting_too_deep',
  },

  'no object': { text: '[{"a":1}]', code: 'validation_failed' },
  'neither rows nor columns': {
    text: '{"name":"x"}',
    code: 'validation_failed',
    errors: [['', 'missing_field']],
  },
  'rows and columns': {
    text: '{"rows":[{"a":1}],"columns":{"a":[1]}}',
    code: 'validation_failed',
    errors: [['', 'invalid_value']],
  },
  'an unknown field, an empty name and rows that are none, all told': {
    text: '{"extra":1,"name":"","rows":{"a":1}}',
    code: 'validation_failed',
    errors: [
      ['/extra', 'unknown_field'],
      ['/name', 'invalid_value'],
      ['/rows', 'invalid_type'],
    ],
  },
  'columns that are a list': {
    text: '{"columns":[[1]]}',
    code: 'validation_failed',
    errors: [['/columns', 'invalid_type']],
  },

  'no rows': { text: '{"rows":[]}', code: 'empty_dataset' },
  'a row without keys': { text: '{"rows":[{}]}', code: 'empty_dataset' },
  'no columns': { text: '{"columns":{}}', code: 'empty_dataset' },
  'columns without rows': { text: '{"columns":{"a":[],"b":[]}}', code: 'empty_dataset' },
  'an empty key': { text: '{"rows":[{"":1}]}', code: 'invalid_column_name' },
  'keys that are one but for spaces': { text: '{"columns":{"a":[1]," a":[1]}}', code: 'invalid_column_name' },
  'a table of more cells than fit': {
    text: `{"rows":[{${Array.from({ length: 101 }, (_, c) => `"c${c}":1`)}}${',{}'.repeat(99_999)}]}`,
    code: 'payload_too_large',
  },

  'rows that are no objects': {
    text: '{"rows":[{"a":1},2,null,["x"]]}',
    code: 'validation_failed',
    errors: [
      ['/rows/1', 'invalid_type'],
      ['/rows/2', 'invalid_type'],
      ['/rows/3', 'invalid_type'],
    ],
  },
  'a first row that is none': {
    text: '{"rows":[7,{"a":1}]}',
    code: 'validation_failed',
    errors: [['/rows/0', 'invalid_type']],
  },
  'keys that the first row lacks': {
    text: '{"rows":[{"a":1},{"b":1},{"a":1,"c/~":2}]}',
    code: 'validation_failed',
    errors: [
      ['/rows/1/b', 'unknown_field'],
      ['/rows/2/c~1~0', 'unknown_field'],
    ],
  },
  'a cell that is no scalar': {
    text: '{"rows":[{"a":[1],"b":{}}]}',
    code: 'validation_failed',
    errors: [
      ['/rows/0/a', 'invalid_type'],
      ['/rows/0/b', 'invalid_type'],
    ],
  },
  'a column that is no list': {
    text: '{"columns":{"a":[1],"b":2}}',
    code: 'validation_failed',
    errors: [['/columns/b', 'invalid_type']],
  },
  'a first column that is no list': {
    text: '{"columns":{"a":null,"b":[2]}}',
    code: 'validation_failed',
    errors: [['/columns/a', 'invalid_type']],
  },
  'columns of different lengths': {
    text: '{"columns":{"a":[1,2],"b":[1],"c":[]}}',
    code: 'validation_failed',
    errors: [
      ['/columns/b', 'ragged_column'],
      ['/columns/c', 'ragged_column'],
    ],
  },

  'numbers and text': {
    text: '{"rows":[{"a":1},{"a":"1"},{"a":null},{"a":true}]}',
    code: 'mixed_types',
    errors: [
      ['/rows/1/a', 'mixed_types'],
      ['/rows/3/a', 'mixed_types'],
    ],
  },
  'booleans and text': {
    text: '{"columns":{"a":[true,"true"]}}',
    code: 'mixed_types',
    errors: [['/columns/a/1', 'mixed_types']],
  },
  '1e999': {
    text: '{"rows":[{"a":1e999}]}',
    code: 'number_out_of_range',
    errors: [['/rows/0/a', 'number_out_of_range']],
  },
  'integers beyond 2^53': {
    text: '{"columns":{"a":[9007199254740991,9007199254740992,-9007199254740993]}}',
    code: 'number_out_of_range',
    errors: [
      ['/columns/a/1', 'number_out_of_range'],
      ['/columns/a/2', 'number_out_of_range'],
    ],
  },
  'a NUL in a text': {
    text: '{"rows":[{"a":"x\\u0000"}]}',
    code: 'validation_failed',
    errors: [['/rows/0/a', 'invalid_value']],
  },
  'half a surrogate pair': {
    text: '{"rows":[{"a":"\\ud83d"}]}',
    code: 'validation_failed',
    errors: [['/rows/0/a', 'invalid_value']],
  },
};
