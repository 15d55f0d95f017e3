/** Class order, missing targets, and the targets that cannot be trained on. */
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../../src/contracts/dataset.ts';
import { readTarget, readTargetLike } from '../../../src/data/target.ts';
import { allRows, tableOf } from './table-of.ts';

const config = { target: 'y' };

function classify(cells: readonly Cell[], rows?: readonly number[]) {
  const table = tableOf({ y: cells });
  const target = readTarget(table, config, 'classification', rows ? Uint32Array.from(rows) : allRows(table));
  if (target.task !== 'classification') throw new Error('expected classes');
  return target;
}

describe('readTarget', () => {
  it('orders number classes by value, not as text', () => {
    const { classes, codes } = classify([10, 9, -1, 10, null]);
    expect(classes).toEqual([-1, 9, 10]);
    expect([...codes]).toEqual([2, 1, 0, 2, -1]);
  });

  it('takes −0 and 0 for one class, 0', () => {
    const { classes, codes } = classify([-0, 0, 1]);
    expect(classes[0]).toBe(0);
    expect([...codes]).toEqual([0, 0, 1]);
  });

  it('orders text classes by code point', () => {
    // U+FF5E sorts after U+1F600 by UTF-16 unit.
    expect(classify(['😀', '～', 'b', 'a', 'B']).classes).toEqual(['B', 'a', 'b', '～', '😀']);
  });

  it('gives booleans, false before true', () => {
    const { classes, codes } = classify([true, false, null, true]);
    expect(classes).toEqual([false, true]);
    expect([...codes]).toEqual([1, 0, -1, 1]);
  });

  it('leaves out a class that has no usable row', () => {
    const { classes, codes } = classify(['a', 'b', 'c', 'a'], [0, 2, 3]);
    expect(classes).toEqual(['a', 'c']);
    expect([...codes]).toEqual([0, -1, 1, 0]);
  });

  it('gives the values of a regression, NaN where there is none', () => {
    const table = tableOf({ y: [1.5, null, 3] });
    expect(readTarget(table, config, 'regression', allRows(table))).toEqual({
      task: 'regression',
      values: Float64Array.of(1.5, Number.NaN, 3),
    });
  });

  it.each([
    ['single_class', ['a', 'a', 'a'], 'classification'],
    ['too_few_rows', ['a'], 'classification'],
    ['unsupported_data', [1.5, 2.5, 3.5], 'classification'],
    ['unsupported_data', Array.from({ length: 1001 }, (_, i) => i), 'classification'],
    ['unsupported_data', ['a', 'b'], 'regression'],
  ] as const)('refuses with %s', (code, cells, task) => {
    const table = tableOf({ y: cells });
    expect(() => readTarget(table, config, task, allRows(table))).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a target that the table does not have', () => {
    const table = tableOf({ x: [1, 2] });
    expect(() => readTarget(table, config, 'regression', allRows(table))).toThrow('no column "y"');
  });
});

describe('readTargetLike', () => {
  const like = (known: readonly Cell[], cells: readonly Cell[], rows?: readonly number[]) => {
    const table = tableOf({ y: cells });
    const target = readTargetLike(
      classify(known),
      table,
      'y',
      rows ? Uint32Array.from(rows) : allRows(table),
    );
    return target.task === 'classification' ? [...target.codes] : [...target.values];
  };

  it('gives classes the numbers that they have in the first table', () => {
    expect(like(['a', 'b', 'c'], ['c', 'a'])).toEqual([2, 0]);
    expect(like([10, 9, -0], [0, 10])).toEqual([0, 2]);
    // A column of one value alone is text; its class is a boolean all the same.
    expect(like([true, false], ['true', 'true'])).toEqual([1, 1]);
  });

  it('refuses a class that the first table lacks, in the rows that are measured on alone', () => {
    expect(() => like(['a', 'b'], ['b', 'x', 'a'])).toThrow(
      'row 2 of those to measure on has "x" in "y", a class that no training row has',
    );
    expect(like(['a', 'b'], ['b', 'x', 'a'], [0, 2])).toEqual([1, -1, 0]);
  });
});
