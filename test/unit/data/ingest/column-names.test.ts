/** One rule for the names of columns, whatever format brings them. */
import { describe, expect, it } from 'vitest';
import { acceptColumnNames } from '../../../../src/data/ingest/column-names.ts';
import type { TrainyardError } from '../../../../src/errors.ts';

function refusal(names: readonly string[]): TrainyardError {
  try {
    acceptColumnNames(names);
  } catch (error) {
    return error as TrainyardError;
  }
  throw new Error('the names were accepted');
}

describe('acceptColumnNames', () => {
  it('trims, composes and otherwise keeps names', () => {
    expect(
      acceptColumnNames([' a\t', 'A', 'u\u0308', '#1', 'c0', 'toString', 'x"\ny', 'n'.repeat(128)]),
    ).toEqual(['a', 'A', 'ü', '#1', 'c0', 'toString', 'x"\ny', 'n'.repeat(128)]);
  });

  it('names every column at fault', () => {
    const names = [
      'a',
      '__proto__',
      ' ',
      'constructor',
      'u\u0308',
      'ü',
      'a ',
      'n'.repeat(129),
      'x\0',
      '\ud800',
    ];
    const { code, errors } = refusal(names);
    expect(code).toBe('invalid_column_name');
    expect(errors.map(({ message }) => message)).toEqual([
      'column 2: the name "__proto__" is reserved',
      'column 3: expected a name, got an empty one',
      'column 4: the name "constructor" is reserved',
      'column 6: the name "ü" is that of column 5 too',
      'column 7: the name "a" is that of column 1 too',
      'column 8: expected a name of at most 128 characters, got 129',
      'column 9: expected a name without NUL characters and unpaired surrogates',
      'column 10: expected a name without NUL characters and unpaired surrogates',
    ]);
    expect(errors.every(({ column }) => column?.isWellFormed())).toBe(true);
  });

  it('takes 10,000 names and no more', () => {
    const names = Array.from({ length: 10_001 }, (_, index) => `c${index}`);
    expect(acceptColumnNames(names.slice(1))).toHaveLength(10_000);
    expect(refusal(names).code).toBe('too_many_columns');
    expect(refusal([]).code).toBe('empty_dataset');
  });

  it('stops at the hundredth fault', () => {
    const { errors, message } = refusal(Array.from({ length: 5_000 }, () => ''));
    expect(errors).toHaveLength(100);
    expect(message).toContain('more follow');
  });
});
