/** The rows that a model is measured on while it trains: held back from its own table, or those of another dataset. */
import { isValidated, type ResolvedModelConfig } from '../contracts/model-config.ts';
import type { Warning } from '../contracts/names.ts';
import { usableRows } from '../data/preprocessing/usable-rows.ts';
import { splitRows } from '../data/split.ts';
import type { Table } from '../data/table.ts';
import { readTargetLike, type Target } from '../data/target.ts';
import { JobFailure } from '../errors.ts';
import { createRandom } from '../math/random.ts';
import { randomStreams } from './random-streams.ts';

/** Rows of a table, and its target. */
export interface TableRows {
  readonly table: Table;
  readonly target: Target;
  /** Row numbers, ascending. */
  readonly rows: Uint32Array;
}

export interface TrainingRows {
  readonly train: TableRows;
  readonly validation: TableRows | null;
  readonly warnings: readonly Warning[];
}

/**
 * @param usable the rows of the job's own dataset
 * @param validationTable that of `config.validation.dataset`
 * @throws JobFailure `too_few_rows`; `unsupported_data` where the validation dataset has a class that training does not see
 */
export function separateRows(
  config: ResolvedModelConfig,
  usable: TableRows,
  validationTable: Table | null,
): TrainingRows {
  const { validation } = config;
  if (!isValidated(config)) return { train: usable, validation: null, warnings: [] };
  if ('dataset' in validation) return withDataset(config, usable, validationTable);
  const { rows, target } = usable;
  const split = splitRows({
    rows,
    classCodes: target.task === 'classification' ? target.codes : null,
    fraction: validation.fraction,
    stratify: validation.stratify,
    random: createRandom(config.seed, randomStreams.split),
  });
  return {
    train: { ...usable, rows: split.train },
    validation: { ...usable, rows: split.validation },
    warnings: [],
  };
}

function withDataset(config: ResolvedModelConfig, usable: TableRows, table: Table | null): TrainingRows {
  if (table === null) throw new Error('the config names a validation dataset, and its table was not given');
  const { rows, warnings } = usableRows(table, config);
  if (rows.length === 0) {
    throw new JobFailure(
      'too_few_rows',
      'no row of the validation dataset has a value in every column that needs one',
    );
  }
  const target = readTargetLike(usable.target, table, config.target, rows);
  return {
    train: usable,
    validation: { table, target, rows },
    warnings: warnings.map(({ code, message }) => ({
      code,
      message: `In the validation dataset ${message}`,
    })),
  };
}
