/** Fits what turns a table's features into a numeric matrix, from the training rows alone. */
import type { Preprocessing } from '../../contracts/model-config.ts';
import type { FittedFeature, FittedPreprocessing } from '../../contracts/version.ts';
import { JobFailure } from '../../errors.ts';
import { findColumn } from '../find-column.ts';
import type { Table } from '../table.ts';
import { columnNames } from './column-names.ts';
import { fitCategory } from './fit-category.ts';
import { fitNumber } from './fit-number.ts';

export interface FitResult {
  readonly fitted: FittedPreprocessing;
  /**
   * Columns of the encoded matrix that are 0 in every training row. No gradient ever reaches their weights: a network must start
   * them at 0, lest a value that was never seen in training be multiplied by chance.
   */
  readonly zeroColumns: number[];
  readonly constantFeatures: ConstantFeature[];
}

/** A feature with a single value in the training rows. */
export interface ConstantFeature {
  readonly name: string;
  /** It encodes as 0, so that its weight is 0; else it is left as it is. */
  readonly isZero: boolean;
}

/**
 * @param rows     numbers of the training rows, at least one
 * @param features names of the feature columns, in the order of the encoded matrix
 * @param poll     called before each column, whose sort is not interrupted; may throw to stop
 * @throws JobFailure `unsupported_data` when a feature cannot be encoded or two encoded columns would share a name
 */
export function fitPreprocessing(
  table: Table,
  rows: Uint32Array,
  features: readonly string[],
  config: Preprocessing,
  poll: () => void = () => {},
): FitResult {
  const fitted: FittedFeature[] = [];
  const columns: string[] = [];
  const zeroColumns: number[] = [];
  const constantFeatures: ConstantFeature[] = [];
  for (const name of features) {
    poll();
    const column = findColumn(table, name);
    const { feature, isConstant } =
      column.type === 'number' ? fitNumber(column, rows, config) : fitCategory(column, rows, config);
    if (isConstant) {
      const isZero = !isLeftAsItIs(feature, config);
      if (isZero) zeroColumns.push(columns.length);
      constantFeatures.push({ name, isZero });
    }
    fitted.push(feature);
    columns.push(...columnNames(feature));
  }
  refuseClash(table, fitted);
  return { fitted: { features: fitted, columns }, zeroColumns, constantFeatures };
}

/** A column of ones under `none` is how a textbook writes an intercept: to scale it away would change the model. */
function isLeftAsItIs(feature: FittedFeature, config: Preprocessing): boolean {
  return feature.type === 'number' && (config.numeric === 'none' || config.numeric === 'log1p');
}

function refuseClash(table: Table, features: readonly FittedFeature[]): void {
  const taken = new Set(table.columns.map((column) => column.name));
  for (const feature of features) {
    for (const column of columnNames(feature)) {
      if (column === feature.name) continue;
      if (taken.has(column)) {
        const message = `encoding "${feature.name}" makes a column "${column}", and there is one of that name already`;
        throw new JobFailure('unsupported_data', message);
      }
      taken.add(column);
    }
  }
}
