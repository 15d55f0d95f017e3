/** Which rows are left to train on, and what is said of the others. */
import { describe, expect, it } from 'vitest';
import { Preprocessing } from '../../../../src/contracts/model-config.ts';
import { usableRows } from '../../../../src/data/preprocessing/usable-rows.ts';
import { tableOf } from '../table-of.ts';

const table = tableOf({
  x: [1, null, 3, null, 5],
  c: ['a', 'b', null, 'a', 'b'],
  unused: [1, 2, 3, 4, null],
  y: [1, 2, 3, null, 5],
});

function usable(missing: Preprocessing['missing'], features = ['x', 'c']) {
  return usableRows(table, { target: 'y', features, preprocessing: Preprocessing.parse({ missing }) });
}

describe('usableRows', () => {
  it('keeps every row with a target under impute', () => {
    const { rows, warnings } = usable('impute');
    expect([...rows]).toEqual([0, 1, 2, 4]);
    expect(warnings).toEqual([
      { code: 'missing_target', message: '1 of 5 rows have no value in the target "y" and were left out' },
    ]);
  });

  it('drops and counts rows that miss a feature under drop_row', () => {
    const { rows, warnings } = usable('drop_row');
    expect([...rows]).toEqual([0, 4]);
    expect(warnings.map(({ code }) => code)).toEqual(['missing_target', 'rows_dropped']);
    expect(warnings[1].message).toContain('2 of 5 rows');
  });

  it('refuses holes under error, naming column and row', () => {
    expect(() => usable('error')).toThrow('"x" has no value in row 2');
    expect(() => usable('error', ['c'])).toThrow('"c" has no value in row 3');
  });

  it('asks nothing of columns that are no feature', () => {
    expect([...usable('drop_row', ['c']).rows]).toEqual([0, 1, 4]);
  });
});
