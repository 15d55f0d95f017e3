/** Measures a trained model on a table: encoded and predicted a block of rows at a time, as predict would. */
import type { Metrics } from '../contracts/metrics.ts';
import type { ResolvedModelConfig } from '../contracts/model-config.ts';
import type { TrainedModel } from '../contracts/version.ts';
import { encodeTable } from '../data/preprocessing/encode-table.ts';
import { usableRows } from '../data/preprocessing/usable-rows.ts';
import type { Table } from '../data/table.ts';
import { readTargetLike, type Target } from '../data/target.ts';
import { JobFailure } from '../errors.ts';
import type { CreateKernels } from '../math/kernels/math-backend.ts';
import { metricsOfScores } from './metrics/metrics-of-scores.ts';
import { createPredictor, type Scores } from './predict.ts';

/** Cells of the encoded matrix that are held at once: 8 MiB. */
const blockCells = 2 ** 20;

export interface EvaluatedVersion {
  readonly config: Pick<ResolvedModelConfig, 'target' | 'features' | 'preprocessing'>;
  readonly trained: TrainedModel;
  readonly weights: Uint8Array;
}

/**
 * Rows without a target are left out, as in training; a missing feature follows the stored preprocessing.
 *
 * @param table the features and the target
 * @throws JobFailure `too_few_rows` without a row to measure on; `unsupported_data` for a class that the model does not know, a hole
 *   that it does not take or a number that it cannot encode; `diverged` when an output is not finite
 */
export function evaluate(version: EvaluatedVersion, table: Table, createKernels: CreateKernels): Metrics {
  const { config, trained, weights } = version;
  const { rows } = usableRows(table, config);
  if (rows.length === 0)
    throw new JobFailure('too_few_rows', 'no row has a value in every column that needs one');
  const target = readTargetLike(knownTarget(trained), table, config.target, rows);
  const values = target.task === 'classification' ? target.codes : target.values;
  const truth = Float64Array.from(rows, (row) => values[row]);

  const predictor = createPredictor(trained, weights, createKernels(trained.dtype));
  const columns = trained.preprocessing.columns.length;
  const blockRows = Math.max(1, Math.floor(blockCells / columns));
  const cells = Math.min(blockRows, rows.length) * columns;
  const data = trained.dtype === 'f32' ? new Float32Array(cells) : new Float64Array(cells);
  const scores = emptyScores(trained, rows.length);
  for (let start = 0; start < rows.length; start += blockRows) {
    const block = rows.subarray(start, start + blockRows);
    const x = { data, rows: block.length, columns, stride: columns };
    encodeTable(trained.preprocessing, table, block, x);
    const { outputs, predictedCodes } = predictor.scores(x, () => {});
    scores.outputs.set(outputs, start * (outputs.length / block.length));
    if (predictedCodes) scores.predictedCodes?.set(predictedCodes, start);
  }
  return metricsOfScores(trained, truth, scores, () => {});
}

function knownTarget({ classes }: TrainedModel): Target {
  return classes === null
    ? { task: 'regression', values: new Float64Array(0) }
    : { task: 'classification', classes, codes: new Int32Array(0) };
}

function emptyScores({ classes }: TrainedModel, rows: number): Scores {
  return {
    outputs: new Float64Array(rows * (classes?.length ?? 1)),
    predictedCodes: classes && new Int32Array(rows),
  };
}
