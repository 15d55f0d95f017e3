/** Runs a trained model forward: on rows as clients send them, and on encoded matrices to measure it. */
import type { Warning } from '../contracts/names.ts';
import type { Prediction } from '../contracts/predict.ts';
import type { TrainedModel } from '../contracts/version.ts';
import { createRowEncoder } from '../data/preprocessing/row-encoder.ts';
import { createRowReport, type RowReport } from '../data/preprocessing/row-report.ts';
import { JobFailure } from '../errors.ts';
import type { Kernels } from '../math/kernels/kernels.ts';
import { type Matrix, requireShape } from '../math/matrix.ts';
import { createForwardPass, type ForwardPass } from './forward-pass.ts';

/** Most rows of one forward pass: enough to amortise its calls. */
const maxBatchRows = 64;
/** Most multiply-adds of one forward pass: below 20 ms on the plain kernels, and nobody else has a turn meanwhile. */
const maxBatchWork = 2 ** 23;

export interface Scores {
  /** Row-major, all finite: probabilities [n, classes], or values [n, 1] in the target's units. */
  readonly outputs: Float64Array;
  /** Class numbers [n]; null for a regression. */
  readonly predictedCodes: Int32Array | null;
}

/** Its memory is in use only while a batch is computed: one thread may share it, two may not. */
export interface Predictor {
  /**
   * Predictions in the order of the rows, a batch at a time, so that the caller may let others have their turn between two;
   * returns the warnings. A row's prediction depends, to the bit, neither on the other rows nor on the order of its keys.
   *
   * @param rows as the client sent them: each is checked as it is encoded
   * @throws TrainyardError after the last batch, with the problems of all rows, to 100: `missing_values`,
   *   `number_out_of_range` (also for numbers so large that the output overflows) or `validation_failed`
   */
  predictRows(rows: readonly unknown[]): Generator<Prediction[], Warning[]>;
  /**
   * @param x    encoded rows [n, inputs], of either dtype
   * @param poll called before each batch; may throw to stop
   * @throws JobFailure `diverged` when an output is not finite
   */
  scores(x: Matrix, poll: () => void): Scores;
}

const overflowing = 'the numbers are so large that the output overflows';

/**
 * @param weights the version's weights block
 * @throws ShapeError when the kernels are not of the model's dtype
 */
export function createPredictor(trained: TrainedModel, weights: Uint8Array, kernels: Kernels): Predictor {
  const work = trained.layers.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
  const batchRows = Math.max(1, Math.min(maxBatchRows, Math.floor(maxBatchWork / work)));
  const forward = createForwardPass(trained, weights, kernels, batchRows);
  const encoder = createRowEncoder(trained.preprocessing);

  function predictBatch(
    rows: readonly unknown[],
    start: number,
    count: number,
    report: RowReport,
  ): Prediction[] {
    const { input } = forward;
    for (let i = 0; i < count; i++) {
      encoder.encode(rows[start + i], start + i, input.data, i * input.stride, report);
    }
    const predictions: Prediction[] = [];
    // Once a row is refused, the rest is read for its problems alone.
    if (report.isRefused) return predictions;
    forward.run(count);
    for (let i = 0; i < count; i++) {
      if (forward.isFinite(i)) predictions.push(predictionOf(trained, forward, i));
      else report.add(start + i, null, 'number_out_of_range', overflowing);
    }
    return predictions;
  }

  return {
    *predictRows(rows) {
      const report = createRowReport();
      for (let start = 0; start < rows.length; start += batchRows) {
        yield predictBatch(rows, start, Math.min(batchRows, rows.length - start), report);
      }
      report.throwIfRefused();
      return report.warnings();
    },

    scores(x, poll) {
      requireShape('scores, x', x, x.rows, forward.input.columns);
      const { width } = forward;
      const outputs = new Float64Array(x.rows * width);
      const predictedCodes = trained.classes === null ? null : new Int32Array(x.rows);
      for (let start = 0; start < x.rows; start += batchRows) {
        poll();
        const count = Math.min(batchRows, x.rows - start);
        copyRows(x, start, count, forward.input);
        forward.run(count);
        for (let i = 0; i < count; i++) {
          if (!forward.isFinite(i))
            throw new JobFailure('diverged', "the model's output is not finite for every row");
        }
        outputs.set(forward.outputs.subarray(0, count * width), start * width);
        predictedCodes?.set(forward.labels.subarray(0, count), start);
      }
      return { outputs, predictedCodes };
    },
  };
}

/** Rows start … start + count of `x` become the first rows of `out`. */
function copyRows(x: Matrix, start: number, count: number, out: Matrix): void {
  for (let i = 0; i < count; i++) {
    const from = (start + i) * x.stride;
    out.data.set(x.data.subarray(from, from + x.columns), i * out.stride);
  }
}

function predictionOf(trained: TrainedModel, { outputs, labels, width }: ForwardPass, i: number): Prediction {
  if (trained.classes === null) return { value: outputs[i * width] };
  const { classes } = trained;
  // fromEntries and not assignment: a class may be called __proto__.
  const probabilities = Object.fromEntries(
    classes.map((label, j) => [String(label), outputs[i * width + j]]),
  );
  return { label: classes[labels[i]], probabilities };
}
