import { describe, expect, it } from 'vitest';
import type { ColumnProfile } from '../../../src/contracts/dataset.ts';
import { ModelConfig } from '../../../src/contracts/model-config.ts';
import { TrainyardError } from '../../../src/errors.ts';
import type { DatasetProfile } from '../../../src/training/config-problems.ts';
import { resolveConfig } from '../../../src/training/resolve-config.ts';

const rows = 100;
const memoryBytes = 2 ** 30;

function number(
  name: string,
  profile: Partial<Extract<ColumnProfile, { type: 'number' }>> = {},
): ColumnProfile {
  return {
    name,
    type: 'number',
    reason: '',
    missing: 0,
    distinct: 90,
    min: 0,
    max: 1,
    mean: 0.5,
    std: 0.3,
    ...profile,
  };
}

function category(name: string, values: string[], profile: Partial<ColumnProfile> = {}): ColumnProfile {
  const top = values.slice(0, 10).map((value) => ({ value, count: 1 }));
  return {
    name,
    type: 'category',
    reason: '',
    missing: 0,
    distinct: values.length,
    top,
    ...profile,
  } as ColumnProfile;
}

const many = (count: number) => Array.from({ length: count }, (_, i) => `v${i}`);

const dataset: DatasetProfile = {
  rows,
  columns: [
    number('a'),
    number('b', { missing: 3 }),
    category('color', ['blue', 'red', 'green']),
    category('label', ['no', 'yes']),
    number('flag', { distinct: 2 }),
    number('halves', { distinct: 2 }),
    number('price'),
  ],
  integral_columns: ['flag'],
};

function resolve(
  config: Record<string, unknown>,
  changed: Partial<DatasetProfile> = {},
  limit = memoryBytes,
  validationDataset: DatasetProfile | null = null,
) {
  const presentLabels = new Set(['no', 'yes']);
  const context = { memoryBytes: limit, presentLabels, validationDataset };
  return resolveConfig(ModelConfig.parse(config), { ...dataset, ...changed }, context);
}

/** The refusal's code and, of each problem, what a client acts on. */
function refusal(
  config: Record<string, unknown>,
  changed: Partial<DatasetProfile> = {},
  limit = memoryBytes,
  validationDataset: DatasetProfile | null = null,
) {
  try {
    resolve(config, changed, limit, validationDataset);
  } catch (error) {
    if (!(error instanceof TrainyardError)) throw error;
    return {
      code: error.code,
      errors: error.errors.map(({ pointer, column, code }) => [pointer, column, code]),
    };
  }
  throw new Error('expected a refusal');
}

const replaced = (...columns: ColumnProfile[]): Partial<DatasetProfile> => ({
  columns: dataset.columns.map((column) => columns.find(({ name }) => name === column.name) ?? column),
});

describe('resolveConfig', () => {
  it('takes every column but the target as features, in the order of the dataset', () => {
    const { config } = resolve({ type: 'logistic_regression', target: 'label' });
    expect(config.features).toEqual(['a', 'b', 'color', 'flag', 'halves', 'price']);
  });

  it.each([
    ['label', 'classification', []],
    ['price', 'regression', []],
    ['flag', 'classification', ['task_inferred']],
    ['halves', 'regression', []],
  ])('infers the task of a network on %s: %s', (target, task, codes) => {
    const { config, warnings } = resolve({ type: 'mlp', target });
    expect(config).toMatchObject({ task });
    expect(warnings.map(({ code }) => code)).toEqual(codes);
  });

  it('keeps a task that was asked for, without a warning', () => {
    const { config, warnings } = resolve({ type: 'mlp', target: 'flag', task: 'regression' });
    expect(config).toMatchObject({ task: 'regression' });
    expect(warnings).toEqual([]);
  });

  it('shows the initializer of each hidden layer', () => {
    const hidden = [
      { units: 3, activation: 'relu' },
      { units: 3, activation: 'tanh' },
      { units: 3, activation: 'tanh', initializer: 'he' },
    ];
    const { config } = resolve({ type: 'mlp', target: 'label', hidden_layers: hidden });
    expect(config).toMatchObject({
      hidden_layers: [{ initializer: 'he' }, { initializer: 'glorot' }, { initializer: 'he' }],
    });
  });

  it('solves least squares directly up to 2,000 encoded columns, then by L-BFGS', () => {
    const auto = { type: 'linear_regression', target: 'price', preprocessing: { max_categories: 10_000 } };
    // a, b, label (2), flag, halves and color's values
    const direct = resolve(auto, replaced(category('color', many(1_994))));
    expect(direct).toMatchObject({ config: { solver: { type: 'normal_equations' } }, epochs: 1 });
    const iterative = resolve(auto, replaced(category('color', many(1_995))));
    expect(iterative.config).toMatchObject({
      solver: { type: 'lbfgs', max_iterations: 1000, tolerance: 1e-10 },
    });
  });

  describe('the solver that auto stands for', () => {
    const auto = { preprocessing: { max_categories: 10_000 } };
    const ofColors = (count: number, rows: number) => ({ ...replaced(category('color', many(count))), rows });
    const solverOf = (config: object, changed: Partial<DatasetProfile> = {}) => {
      const resolved = resolve({ ...auto, ...config }, changed, 2 ** 40).config;
      return 'solver' in resolved ? resolved.solver.type : null;
    };
    const logistic = { type: 'logistic_regression', target: 'label' };
    const linear = { type: 'linear_regression', target: 'price' };

    it('is proximal gradient with l1, whatever the size', () => {
      expect(solverOf({ ...logistic, l1: 0.1 })).toBe('proximal_gradient');
      expect(solverOf({ ...linear, l1: 0.1 }, ofColors(3_000, 10_000))).toBe('proximal_gradient');
    });

    it('is the normal equations until XᵀX costs more than the passes of L-BFGS', () => {
      expect(solverOf(linear, ofColors(1_000, 10_000))).toBe('normal_equations');
      expect(solverOf(linear, ofColors(1_000, 1_000_000))).toBe('lbfgs');
      // Few columns stay cheaper, however many the rows.
      expect(solverOf(linear, ofColors(50, 100_000_000))).toBe('normal_equations');
    });

    it('is Newton where its Hessians are cheap, and else L-BFGS', () => {
      expect(solverOf(logistic, ofColors(10, 100_000_000))).toBe('newton');
      expect(solverOf(logistic, ofColors(45, 10_000))).toBe('newton');
      expect(solverOf(logistic, ofColors(45, 1_000_000))).toBe('lbfgs');
      expect(solverOf(logistic, ofColors(1_200, 10_000))).toBe('lbfgs');
      // 95 colors and 5 other columns
      expect(solverOf(logistic, ofColors(95, 101))).toBe('newton');
      expect(solverOf(logistic, ofColors(95, 100))).toBe('lbfgs');
    });

    it('is Newton for longer where the columns lie in units far apart', () => {
      const large = { ...ofColors(45, 1_000_000) };
      const columns = large.columns!.map((column) =>
        column.name === 'a' ? number('a', { std: 1e6 }) : column,
      );
      const raw = { ...logistic, preprocessing: { numeric: 'none', max_categories: 10_000 } };
      expect(solverOf(raw, large)).toBe('lbfgs');
      expect(solverOf(raw, { ...large, columns })).toBe('newton');
      expect(solverOf(logistic, { ...large, columns })).toBe('lbfgs');
    });
  });

  it('counts the epochs of sgd, and the iterations of a solver', () => {
    const sgd = { type: 'logistic_regression', target: 'label', solver: { type: 'sgd' } };
    expect(resolve(sgd).epochs).toBe(100);
    expect(resolve({ ...sgd, epochs: 7 }).epochs).toBe(7);
    expect(resolve({ ...sgd, solver: { type: 'lbfgs' } }).epochs).toBe(1000);
  });

  it('keeps a solver that was asked for', () => {
    const solver = { type: 'gradient_descent', max_iterations: 7 };
    const { config, epochs } = resolve({ type: 'linear_regression', target: 'price', solver });
    expect(config).toMatchObject({
      solver: { type: 'gradient_descent', max_iterations: 7, learning_rate: 0.1 },
    });
    expect(epochs).toBe(7);
  });

  const logistic = { type: 'logistic_regression', target: 'label' };
  const linear = { type: 'linear_regression', target: 'price' };
  const none = { missing: rows, distinct: 0, min: null, max: null, mean: null, std: null };
  it.each<[string, Record<string, unknown>, Partial<DatasetProfile>, string, unknown[]]>([
    ['an unknown target', { ...logistic, target: 'x' }, {}, 'unknown_column', ['/config/target', 'x']],
    [
      'an unknown feature',
      { ...logistic, features: ['a', 'x'] },
      {},
      'unknown_column',
      ['/config/features/1', 'x'],
    ],
    [
      'the target as a feature',
      { ...logistic, features: ['label'] },
      {},
      'validation_failed',
      ['/config/features/0', 'label'],
    ],
    [
      'a feature named twice',
      { ...logistic, features: ['a', 'a'] },
      {},
      'validation_failed',
      ['/config/features/1', 'a'],
    ],
    [
      'a dataset of the target alone',
      logistic,
      { columns: [category('label', ['n', 'y'])] },
      'unknown_column',
      ['/config/features', undefined],
    ],
    [
      'a regression on a category',
      { ...linear, target: 'label' },
      {},
      'wrong_target_type',
      ['/config/target', 'label'],
    ],
    [
      'a classification of fractions',
      { ...logistic, target: 'price' },
      {},
      'wrong_target_type',
      ['/config/target', 'price'],
    ],
    [
      'a number of over 1,000 classes',
      { ...logistic, target: 'flag' },
      replaced(number('flag', { distinct: 1001 })),
      'too_many_classes',
      ['/config/target', 'flag'],
    ],
    [
      'more classes than were counted',
      logistic,
      replaced(category('label', [], { distinct: undefined, distinct_at_least: 100_001 })),
      'too_many_classes',
      ['/config/target', 'label'],
    ],
    [
      'a single class',
      logistic,
      replaced(category('label', ['yes'])),
      'single_class',
      ['/config/target', 'label'],
    ],
    [
      'a target without values',
      linear,
      replaced(number('price', none)),
      'all_missing',
      ['/config/target', 'price'],
    ],
    [
      'a feature without values',
      linear,
      replaced(number('a', none)),
      'all_missing',
      ['/config/features', 'a'],
    ],
    [
      'holes under missing: error',
      { ...linear, preprocessing: { missing: 'error' } },
      {},
      'missing_values',
      ['/config/features', 'b'],
    ],
    [
      'too many categories',
      logistic,
      replaced(category('color', many(257))),
      'cardinality_too_high',
      ['/config/features', 'color'],
    ],
    [
      'uncounted categories',
      logistic,
      replaced(category('color', [], { distinct: undefined, distinct_at_least: 100_001 })),
      'cardinality_too_high',
      ['/config/features', 'color'],
    ],
    [
      'a one-hot name that is a column',
      logistic,
      { columns: [...dataset.columns, number('color=red')] },
      'column_name_clash',
      ['/config/features', 'color'],
    ],
    [
      'an indicator that is a column',
      { ...logistic, preprocessing: { missing_indicator: true } },
      { columns: [...dataset.columns, number('b:missing')] },
      'column_name_clash',
      ['/config/features', 'b'],
    ],
    [
      'log1p at −1',
      { ...linear, features: ['a'], preprocessing: { numeric: 'log1p' } },
      replaced(number('a', { min: -1 })),
      'number_out_of_range',
      ['/config/features/0', 'a'],
    ],
    [
      'log1p of an imputed −2',
      { ...linear, preprocessing: { numeric: 'log1p', impute_numeric: -2 } },
      {},
      'number_out_of_range',
      ['/config/preprocessing/impute_numeric', undefined],
    ],
    [
      'one row',
      linear,
      { rows: 1, columns: [number('a'), number('price')] },
      'too_few_rows',
      ['/config/target', 'price'],
    ],
    [
      'a validation row too few',
      { ...linear, validation: { fraction: 0.5 } },
      { rows: 2, columns: [number('a'), number('price')] },
      'too_few_rows',
      ['/config/target', 'price'],
    ],
    [
      'fewer rows than classes',
      logistic,
      { rows: 3, columns: [number('a'), category('label', many(3), { missing: 1 })] },
      'too_few_rows',
      ['/config/target', 'label'],
    ],
    [
      'too few rows without holes',
      { ...linear, preprocessing: { missing: 'drop_row' } },
      replaced(number('b', { missing: 99 })),
      'too_few_rows',
      ['/config/target', 'price'],
    ],
  ])('refuses %s', (_name, config, changed, code, [pointer, column]) => {
    expect(refusal(config, changed)).toEqual({ code, errors: [[pointer, column, code]] });
  });

  it.each([
    [
      'a label that the target has not',
      'label',
      { maybe: 1, yes: 2 },
      ['/config/class_weight/maybe', 'label'],
    ],
    ['it with its pointer escaped', 'label', { 'a/b~c': 1 }, ['/config/class_weight/a~1b~0c', 'label']],
  ])('refuses a class_weight of %s', (_what, target, weights, place) => {
    expect(refusal({ type: 'mlp', target, class_weight: weights })).toEqual({
      code: 'unknown_reference',
      errors: [[...place, 'unknown_reference']],
    });
  });

  it.each(['balanced', { yes: 2 }])('refuses a class_weight of %j in a regression', (weights) => {
    const errors = [['/config/class_weight', undefined, 'validation_failed']];
    expect(refusal({ type: 'mlp', target: 'price', class_weight: weights }).errors).toEqual(errors);
  });

  it('takes a class_weight of labels that the target has', () => {
    const { config } = resolve({ type: 'mlp', target: 'label', class_weight: { yes: 2 } });
    expect(config).toMatchObject({ class_weight: { yes: 2 } });
  });

  it('reports all problems at once', () => {
    const { code, errors } = refusal({ ...logistic, target: 'price', features: ['a', 'x', 'a'] });
    expect(code).toBe('validation_failed');
    expect(errors.map(([pointer]) => pointer)).toEqual([
      '/config/target',
      '/config/features/1',
      '/config/features/2',
    ]);
  });

  it('allows ordinal codes and log1p just above −1', () => {
    const preprocessing = { category: 'ordinal', numeric: 'log1p' };
    const changed = { columns: [...dataset.columns, number('color=red', { min: -0.999 })] };
    expect(() => resolve({ ...logistic, preprocessing }, changed)).not.toThrow();
  });

  it('refuses a network whose weights, gradients and moments alone exceed the budget', () => {
    const hidden = [
      { units: 4096, activation: 'relu' },
      { units: 4096, activation: 'relu' },
    ];
    const mlp = { type: 'mlp', target: 'label', hidden_layers: hidden };
    const inUse = 4096 * 4096 * 4 * 4;
    const errors = [['/config', undefined, 'memory_exceeded']];
    expect(refusal(mlp, {}, inUse)).toEqual({ code: 'memory_exceeded', errors });
    expect(() => resolve(mlp, {}, 3.25 * inUse)).not.toThrow();
    // What a huge batch needs is bounded by the pieces that it is taken in.
    expect(() => resolve({ ...mlp, batch_size: 1_000_000 }, { rows: 1_000_000 }, 4 * inUse)).not.toThrow();
  });

  it('refuses a network that the kernels cannot address, whatever the budget', () => {
    const wide = (units: number) => ({
      type: 'mlp',
      target: 'label',
      hidden_layers: [units, units].map((count) => ({ units: count, activation: 'relu' })),
    });
    // 4 bytes · 6 copies · units² against 2 GiB.
    expect(refusal(wide(10_000), {}, 2 ** 40).code).toBe('memory_exceeded');
    expect(() => resolve(wide(9_000), {}, 2 ** 40)).not.toThrow();
  });

  it('refuses a Newton solver whose Hessian exceeds the budget', () => {
    const newton = { ...logistic, solver: { type: 'newton' }, preprocessing: { max_categories: 10_000 } };
    const changed = replaced(category('color', many(10_000)));
    expect(refusal(newton, changed, 10_000 ** 2 * 8).code).toBe('memory_exceeded');
  });

  it('refuses a table that is larger than the budget', () => {
    const cells = 1_000_000 * 6;
    expect(refusal(linear, { rows: 1_000_000 }, cells * 8).code).toBe('memory_exceeded');
    expect(() => resolve(linear, { rows: 1_000_000 }, cells * 8 * 5)).not.toThrow();
  });
});

describe('a validation dataset', () => {
  const validation = { dataset: `ds_${'0'.repeat(26)}` };
  const place = '/config/validation/dataset';
  const logistic = { type: 'logistic_regression', target: 'label', features: ['a', 'color'], validation };
  const smaller = (...columns: ColumnProfile[]): DatasetProfile => ({
    rows: 10,
    columns: [...columns, ...dataset.columns].filter(
      ({ name }, i, all) => all.findIndex((column) => column.name === name) === i,
    ),
    integral_columns: ['flag'],
  });
  const refused = (config: object, against: DatasetProfile) =>
    refusal({ ...logistic, ...config }, {}, memoryBytes, against).errors;

  it('may have columns that the model does not read, and categories that training lacks', () => {
    const against = smaller(category('color', ['blue', 'violet']), category('price', ['x']), number('more'));
    expect(resolve(logistic, {}, memoryBytes, against).config.validation).toEqual(validation);
  });

  it('allows early stopping to watch its loss', () => {
    const network = { type: 'mlp', target: 'label', validation, early_stopping: {} };
    expect(resolve(network, {}, memoryBytes, smaller()).config.validation).toEqual(validation);
  });

  it('is refused with each column that it lacks or has in another type', () => {
    const against: DatasetProfile = { rows: 10, columns: [category('a', ['x'])], integral_columns: [] };
    expect(refused({}, against)).toEqual([
      [place, 'label', 'unknown_column'],
      [place, 'a', 'wrong_column_type'],
      [place, 'color', 'unknown_column'],
    ]);
  });

  it.each<[string, object, DatasetProfile, string, string]>([
    [
      'a class that training lacks',
      {},
      smaller(category('label', ['no', 'maybe'])),
      'label',
      'unknown_reference',
    ],
    ['no value in the target', {}, smaller(category('label', [], { missing: 10 })), 'label', 'all_missing'],
    [
      'fractions as classes',
      { target: 'flag' },
      { ...smaller(number('flag', { distinct: 5 })), integral_columns: [] },
      'flag',
      'wrong_target_type',
    ],
    [
      'holes where missing is "error"',
      { preprocessing: { missing: 'error' } },
      smaller(number('a', { missing: 1 })),
      'a',
      'missing_values',
    ],
    [
      'values that log1p cannot take',
      { preprocessing: { numeric: 'log1p' } },
      smaller(number('a', { min: -1 })),
      'a',
      'number_out_of_range',
    ],
  ])('is refused for %s', (_, config, against, column, code) => {
    expect(refused(config, against)).toEqual([[place, column, code]]);
  });

  it('is refused when no row of it is whole and rows with holes are dropped', () => {
    const against = smaller(number('a', { missing: 10 }));
    expect(refused({ preprocessing: { missing: 'drop_row' } }, against)).toEqual([
      [place, undefined, 'too_few_rows'],
    ]);
    expect(resolve(logistic, {}, memoryBytes, against).warnings).toEqual([]);
  });

  it('counts in the memory that the job needs', () => {
    const against = { ...smaller(), rows: 10_000_000 };
    expect(refusal(logistic, {}, memoryBytes, against).code).toBe('memory_exceeded');
  });
});
