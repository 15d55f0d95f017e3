/** What is found in config and data before the first epoch. */

import { describe, expect, it } from 'vitest';
import type { Cell } from '../../../../src/contracts/dataset.ts';
import { sharedMatrix } from '../../../../src/math/matrix.ts';
import { createRandom } from '../../../../src/math/random.ts';
import { dataFindings } from '../../../../src/training/diagnostics/data-findings.ts';
import { prepareData } from '../../../../src/training/prepare-data.ts';
import { tableOf } from '../../data/table-of.ts';
import { resolved } from '../table-fixtures.ts';

const rows = 200;
const random = createRandom(11);
const normal = () => Array.from({ length: rows }, () => random.normal());
const [x, noise, other] = [normal(), normal(), normal()];
const label = x.map((value, i) => (value + noise[i] > 0 ? 'yes' : 'no'));

function found(columns: Record<string, Cell[]>, options: Record<string, unknown> = {}) {
  const features = Object.keys(columns);
  const solver = options.type === 'mlp' ? {} : { solver: { type: 'newton' } };
  const config = resolved({ type: 'logistic_regression', target: 'label', features, ...solver, ...options });
  const data = prepareData(
    config,
    { table: tableOf({ label, ...columns }) },
    (n, k, dtype) => sharedMatrix(n, k, k, dtype),
    () => {},
  );
  return dataFindings(config, data, () => {});
}

it('finds nothing in data without a fault', () => {
  expect(found({ x, noise, other })).toEqual([]);
});

describe('collinear_features', () => {
  const sum = x.map((value, i) => 3 * value - noise[i] + 1);
  const nearly = (share: number) => x.map((value, i) => value + share * other[i]);

  it('names the column that others determine, and the one that it depends on most', () => {
    const [finding, ...rest] = found({ x, noise, sum });
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ code: 'collinear_features', layer: null, epoch: 0 });
    expect(finding.value).toBeCloseTo(1, 9);
    expect(finding.message).toContain(
      '"sum" can be computed from other columns (R² = 1 for "sum", most of it from "x")',
    );
  });

  it('starts at R² = 0.99', () => {
    expect(found({ x, near: nearly(0.05) })).toMatchObject([{ code: 'collinear_features' }]);
    expect(found({ x, near: nearly(0.2) })).toEqual([]);
  });

  it("is not a one-hot block's own, nor a constant", () => {
    const color = x.map((_, i) => ['red', 'green', 'blue'][i % 3]);
    const yes = x.map((_, i) => i % 2 === 0);
    expect(found({ x, color, yes })).toEqual([]);
    const constant = x.map(() => 5);
    expect(found({ x, constant }).map(({ code }) => code)).toEqual(['constant_feature']);
  });

  it('is a category that another column repeats', () => {
    const color = x.map((_, i) => ['red', 'green', 'blue'][i % 3]);
    const isRed = color.map((name) => (name === 'red' ? 1 : 0));
    const [finding] = found({ color, isRed });
    expect(finding).toMatchObject({ code: 'collinear_features' });
  });

  it('is not looked for where columns are many for the rows', () => {
    const wide = Object.fromEntries(Array.from({ length: 120 }, (_, j) => [`x${j}`, normal()]));
    expect(found(wide)).toEqual([]);
  });
});

describe('class_imbalance', () => {
  const classes = (count: number) => x.map((_, i) => (i < count ? 'rare' : 'common'));
  const imbalanced = (count: number, options = {}) =>
    found({ x, label: classes(count) }, { features: ['x'], ...options });

  it('starts at ten rows to one', () => {
    expect(imbalanced(18)).toMatchObject([{ code: 'class_imbalance', value: 182 / 18 }]);
    expect(imbalanced(18)[0].message).toContain('182 training rows are "common" and 18 are "rare"');
    expect(imbalanced(19)).toEqual([]);
  });

  it('is not found where class_weight is set, nor in a regression', () => {
    const mlp = {
      type: 'mlp',
      task: 'classification',
      class_weight: 'balanced',
      validation: { fraction: 0 },
    };
    expect(imbalanced(5, mlp)).toEqual([]);
    const regression = { type: 'linear_regression', target: 'noise' };
    expect(found({ x, noise }, { ...regression, features: ['x'] })).toEqual([]);
  });
});

describe('linear_collapse', () => {
  const network = (...names: string[]) =>
    found(
      { x, noise },
      {
        type: 'mlp',
        task: 'classification',
        hidden_layers: names.map((activation) => ({ units: 4, activation, initializer: 'he' })),
      },
    );

  it('names each run of layers that fold into one', () => {
    expect(network('identity', 'identity')).toMatchObject([
      { code: 'linear_collapse', layer: 'hidden_1', value: 3 },
    ]);
    expect(network('identity', 'relu', 'identity', 'identity', 'tanh')).toMatchObject([
      { layer: 'hidden_1', value: 2 },
      {
        layer: 'hidden_3',
        value: 3,
        message: expect.stringContaining('hidden_3 to hidden_5 are one affine map'),
      },
    ]);
  });

  it('finds nothing where each layer bends', () => {
    expect(network('relu', 'tanh')).toEqual([]);
    expect(network()).toEqual([]);
  });
});
