/** What is fitted to each kind of feature, from which rows, and what cannot be fitted. */
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../../../src/contracts/dataset.ts';
import { Preprocessing } from '../../../../src/contracts/model-config.ts';
import type { FittedCategory, FittedNumber } from '../../../../src/contracts/version.ts';
import { fitPreprocessing } from '../../../../src/data/preprocessing/fit-preprocessing.ts';
import { allRows, tableOf } from '../table-of.ts';

type Options = Partial<Preprocessing>;

function fitColumns(
  columns: Record<string, readonly Cell[]>,
  options: Options = {},
  rows?: readonly number[],
) {
  const table = tableOf(columns);
  const config = Preprocessing.parse(options);
  return fitPreprocessing(
    table,
    rows ? Uint32Array.from(rows) : allRows(table),
    Object.keys(columns),
    config,
  );
}

function fitNumber(cells: readonly (number | null)[], options: Options = {}): FittedNumber {
  return fitColumns({ x: cells }, options).fitted.features[0] as FittedNumber;
}

function fitCategory(cells: readonly Cell[], options: Options = {}): FittedCategory {
  return fitColumns({ x: cells }, options).fitted.features[0] as FittedCategory;
}

// numpy 2.4.6, default_rng(20240607): round(lognormal(1, 1.2, 11), 3); mean, std (ddof 0), percentile 25, 50, 75 in f64.
const sample = [14.944, 1.972, 3.361, 4.689, 2.161, 1.056, 2.248, 9.557, 9.364, 4.004, 3.209];
const numpy = {
  mean: 5.1422727272727276,
  std: 4.1099801833388465,
  quartiles: [2.2045000000000003, 3.361, 7.0265],
};

describe('number features', () => {
  it('standardises by mean and population standard deviation', () => {
    const { offset, scale } = fitNumber(sample);
    expect(offset).toBeCloseTo(numpy.mean, 14);
    expect(scale).toBeCloseTo(numpy.std, 14);
  });

  it('keeps the digits of a small spread about a large mean', () => {
    // The textbook Σx² − n·mean² would give 0 or worse here.
    const { offset, scale } = fitNumber([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]);
    expect(offset).toBe(1e9 + 10);
    expect(scale).toBe(Math.sqrt(22.5));
  });

  it('does not overflow or underflow in the squares', () => {
    expect(fitNumber([-1e200, 1e200]).scale).toBe(1e200);
    expect(fitNumber([-1e-200, 1e-200]).scale).toBe(1e-200);
  });

  it('scales min_max to least and range', () => {
    expect(fitNumber(sample, { numeric: 'min_max' })).toMatchObject({ offset: 1.056, scale: 14.944 - 1.056 });
  });

  it("scales robust to median and interquartile range, by numpy's percentiles", () => {
    const [low, middle, high] = numpy.quartiles;
    expect(fitNumber(sample, { numeric: 'robust' })).toMatchObject({ offset: middle, scale: high - low });
  });

  it('centres alone where the interquartile range is 0', () => {
    expect(fitNumber([5, 5, 5, 5, 5, 9], { numeric: 'robust' })).toMatchObject({ offset: 5, scale: 1 });
  });

  it('leaves none and log1p unscaled', () => {
    expect(fitNumber(sample, { numeric: 'none' })).toMatchObject({
      transform: 'identity',
      offset: 0,
      scale: 1,
    });
    expect(fitNumber(sample, { numeric: 'log1p' })).toMatchObject({
      transform: 'log1p',
      offset: 0,
      scale: 1,
    });
  });

  it.each([
    [{ impute_numeric: 'median' }, 2.5],
    [{ impute_numeric: 'mean' }, 4],
    [{ impute_numeric: -7 }, -7],
    [{ missing: 'drop_row' }, null],
    [{ missing: 'error' }, null],
  ] as const)('imputes under %j with %s', (options, impute) => {
    expect(fitNumber([10, 1, 2, 3], options).impute).toBe(impute);
  });

  it('scales imputed values with the rest', () => {
    // 1, 3 and the mean 2 in place of the hole: standard deviation √(2/3), not 1.
    expect(fitNumber([1, null, 3], { impute_numeric: 'mean' })).toMatchObject({
      offset: 2,
      scale: Math.sqrt(2 / 3),
    });
  });

  it.each(['standardize', 'min_max', 'robust'] as const)(
    'gives a constant feature scale 1 under %s',
    (numeric) => {
      const { fitted, zeroColumns, constantFeatures } = fitColumns(
        { a: [1, 2, 3], x: [0.1, 0.1, 0.1] },
        { numeric },
      );
      expect(fitted.features[1]).toMatchObject({ offset: 0.1, scale: 1 });
      expect(zeroColumns).toEqual([1]);
      expect(constantFeatures).toEqual([{ name: 'x', isZero: true }]);
    },
  );

  it('leaves a constant as it is under none: it may be an intercept', () => {
    const { fitted, zeroColumns, constantFeatures } = fitColumns({ one: [1, 1, 1] }, { numeric: 'none' });
    expect(fitted.features[0]).toMatchObject({ offset: 0, scale: 1 });
    expect(zeroColumns).toEqual([]);
    expect(constantFeatures).toEqual([{ name: 'one', isZero: false }]);
  });

  it.each([
    ['a value at −1 under log1p', [0, -1], { numeric: 'log1p' }],
    ['an imputed value at −1 under log1p', [0, null], { numeric: 'log1p', impute_numeric: -1 }],
    ['no value at all', [null, null], {}],
    ['a range beyond double precision', [-1.5e308, 1.5e308], {}],
  ] as const)('refuses %s', (_, cells, options) => {
    const table = {
      rows: 2,
      columns: [{ name: 'x', type: 'number', values: Float64Array.from(cells, (c) => c ?? Number.NaN) }],
    } as const;
    const refused = () => fitPreprocessing(table, allRows(table), ['x'], Preprocessing.parse(options));
    expect(refused).toThrow(expect.objectContaining({ name: 'JobFailure', code: 'unsupported_data' }));
    expect(refused).toThrow('"x"');
  });
});

describe('category features', () => {
  it('takes the categories of the rows, by code point', () => {
    expect(fitCategory(['b', 'a', '😀', '～', 'b'])).toMatchObject({
      categories: ['a', 'b', '～', '😀'],
      encoding: 'one_hot',
    });
  });

  it('imputes the most frequent, the first by code point of equals', () => {
    expect(fitCategory(['c', 'b', 'b', 'c', 'a', null]).impute).toBe('b');
  });

  it('makes a constant imputed in training a category, in its place', () => {
    const missing = { impute_category: 'm' };
    expect(fitCategory(['z', null, 'a'], missing)).toMatchObject({
      impute: 'm',
      categories: ['a', 'm', 'z'],
    });
    expect(fitCategory(['z', 'a'], missing)).toMatchObject({ impute: 'm', categories: ['a', 'z'] });
  });

  it('knows booleans', () => {
    expect(fitCategory([true, false])).toMatchObject({ boolean: true, categories: ['false', 'true'] });
  });

  it('tells of a single category', () => {
    const { zeroColumns, constantFeatures } = fitColumns({ x: ['a', 'a'] });
    expect(zeroColumns).toEqual([0]);
    expect(constantFeatures).toEqual([{ name: 'x', isZero: true }]);
  });

  it('counts categories in the training rows alone, and refuses too many', () => {
    const x = ['a', 'b', 'c'];
    expect(() => fitColumns({ x }, { max_categories: 2 }, [0, 1])).not.toThrow();
    expect(() => fitColumns({ x }, { max_categories: 2 })).toThrow(
      '"x" has 3 categories, max_categories is 2',
    );
  });
});

describe('fitPreprocessing', () => {
  it('sees nothing of other rows', () => {
    const rows = [0, 2];
    const train = fitColumns(
      { x: [1, 1000, 3, null], c: ['a', 'b', 'a', null] },
      { missing_indicator: true },
      rows,
    );
    const alone = fitColumns({ x: [1, 3], c: ['a', 'a'] }, { missing_indicator: true });
    expect(train).toEqual(alone);
  });

  it('names the columns in the order of features and categories', () => {
    const columns = { size: [1, null, 3], sex: ['m', 'f', null], member: [true, false, true] };
    const { fitted } = fitColumns(columns, { missing_indicator: true });
    expect(fitted.columns).toEqual([
      'size',
      'size:missing',
      'sex=f',
      'sex=m',
      'sex:missing',
      'member=false',
      'member=true',
    ]);
    expect(fitColumns(columns, { category: 'ordinal' }).fitted.columns).toEqual(['size', 'sex', 'member']);
  });

  it('adds indicators only where training misses values', () => {
    const { fitted } = fitColumns({ x: [1, 2, null] }, { missing_indicator: true }, [0, 1]);
    expect(fitted.columns).toEqual(['x']);
  });

  it('refuses an encoded column that has the name of a real one', () => {
    expect(() => fitColumns({ a: ['b', 'c'], 'a=b': [1, 2] })).toThrow('makes a column "a=b"');
  });

  it('refuses two encoded columns of one name', () => {
    expect(() => fitColumns({ a: ['b=c', 'd'], 'a=b': ['c', 'e'] })).toThrow('makes a column "a=b=c"');
  });
});
