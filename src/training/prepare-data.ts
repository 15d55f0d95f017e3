/** From a table to what a fit reads: rows chosen and split, features encoded, the target as class numbers or scaled values. */
import type { ResolvedModelConfig, Task } from '../contracts/model-config.ts';
import type { Label, Warning } from '../contracts/names.ts';
import type { FittedPreprocessing, TrainedModel } from '../contracts/version.ts';
import { designDtype } from '../data/design-matrix.ts';
import { encodeTable } from '../data/preprocessing/encode-table.ts';
import { fitNumber } from '../data/preprocessing/fit-number.ts';
import { type ConstantFeature, fitPreprocessing } from '../data/preprocessing/fit-preprocessing.ts';
import { usableRows } from '../data/preprocessing/usable-rows.ts';
import type { Table } from '../data/table.ts';
import { readTarget, type Target } from '../data/target.ts';
import type { LossName } from '../math/losses/index.ts';
import type { Dtype, Matrix } from '../math/matrix.ts';
import { classWeights } from './class-weights.ts';
import { separateRows, type TableRows } from './validation-rows.ts';

/** The rows of one side of the split. */
export interface PreparedRows {
  /** Encoded features, [n, k]. */
  readonly x: Matrix;
  /** Class numbers, or values in the target's units, [n]. */
  readonly truth: Float64Array;
  /** What is fitted: `truth`, or its values after `targetScaling`, [n]. */
  readonly target: Float64Array;
  /** Weight of each row in J, that of its class, [n]; null where all weigh 1. */
  readonly weights: Float64Array | null;
}

/** What a training reads. */
export interface TrainingTables {
  /** The target and the features. */
  readonly table: Table;
  /** The same columns of the dataset that the config validates on; needed where it names one. */
  readonly validationTable?: Table | null;
}

export interface PreparedData {
  readonly task: Task;
  /** In class order; null for a regression. */
  readonly classes: Label[] | null;
  /** C: 1 for a regression and for two classes, else the number of classes. */
  readonly outputs: number;
  readonly loss: LossName;
  readonly train: PreparedRows;
  readonly validation: PreparedRows | null;
  readonly preprocessing: FittedPreprocessing;
  /** Columns of x that are 0 in every training row: their weights are never trained and must be 0. */
  readonly zeroColumns: readonly number[];
  readonly constantFeatures: readonly ConstantFeature[];
  readonly targetScaling: TrainedModel['target_scaling'];
  readonly warnings: readonly Warning[];
}

/**
 * A function of config and tables alone, so that a resumed job prepares the same data again.
 *
 * @param allocate a zeroed matrix [rows, columns], as those that will read it want it
 * @param poll     called between the steps and every few milliseconds of encoding; may throw to stop
 * @throws JobFailure for what only the rows themselves show: too few of them, a single class, values out of range
 */
export function prepareData(
  config: ResolvedModelConfig,
  { table, validationTable }: TrainingTables,
  allocate: (rows: number, columns: number, dtype: Dtype) => Matrix,
  poll: () => void,
): PreparedData {
  poll();
  const task = taskOf(config);
  const usable = usableRows(table, config);
  const target = readTarget(table, config, task, usable.rows);
  const own = { table, target, rows: usable.rows };
  const { train, validation, warnings: rowWarnings } = separateRows(config, own, validationTable ?? null);
  poll();
  const { fitted, zeroColumns, constantFeatures } = fitPreprocessing(
    table,
    train.rows,
    config.features,
    config.preprocessing,
    poll,
  );
  const targetScaling = scaleTarget(target, train.rows, config);
  const weightOf = weightsByClass(target, train.rows, config);

  const columns = fitted.columns.length;
  // One for both sides: the model is not measured at another precision than it was fitted at.
  const dtype = designDtype(config.type, usable.rows.length, columns);

  function prepareRows({ table, target, rows }: TableRows): PreparedRows {
    const x = allocate(rows.length, columns, dtype);
    encodeTable(fitted, table, rows, x, poll);
    const truth = gather(target, rows);
    const scaled = targetScaling && truth.map((value) => (value - targetScaling.mean) / targetScaling.scale);
    const weights = weightOf && truth.map((code) => weightOf[code]);
    return { x, truth, target: scaled ?? truth, weights };
  }

  const classes = target.task === 'classification' ? target.classes : null;
  const outputs = classes && classes.length > 2 ? classes.length : 1;
  return {
    task,
    classes,
    outputs,
    loss: classes ? (outputs === 1 ? 'binary_cross_entropy' : 'softmax_cross_entropy') : 'half_squared_error',
    train: prepareRows(train),
    validation: validation && prepareRows(validation),
    preprocessing: fitted,
    zeroColumns,
    targetScaling,
    constantFeatures,
    warnings: [...usable.warnings, ...rowWarnings],
  };
}

function taskOf(config: ResolvedModelConfig): Task {
  if (config.type === 'mlp') return config.task;
  return config.type === 'linear_regression' ? 'regression' : 'classification';
}

/** A network steps by the order of its initial weights, about 1: it would need for ever to arrive at a target in the thousands. */
function scaleTarget(
  target: Target,
  rows: Uint32Array,
  config: ResolvedModelConfig,
): TrainedModel['target_scaling'] {
  if (config.type !== 'mlp' || target.task !== 'regression') return null;
  const column = { name: config.target, type: 'number', values: target.values } as const;
  const { feature } = fitNumber(column, rows, { ...config.preprocessing, numeric: 'standardize' });
  return { mean: feature.offset, scale: feature.scale };
}

/** Of the training rows, and used for those held back too: their loss is then the same J. */
function weightsByClass(
  target: Target,
  trainRows: Uint32Array,
  config: ResolvedModelConfig,
): Float64Array | null {
  const setting = 'class_weight' in config ? config.class_weight : null;
  if (setting === null || target.task !== 'classification') return null;
  return classWeights(setting, target.classes, gather(target, trainRows));
}

function gather(target: Target, rows: Uint32Array): Float64Array {
  const values = target.task === 'classification' ? target.codes : target.values;
  const gathered = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) gathered[i] = values[rows[i]];
  return gathered;
}
