/** Runs a trained model forward: on rows as clients send them, and on encoded matrices to measure it. */
import type { Row } from '../contracts/dataset.ts';
import type { Warning } from '../contracts/names.ts';
import type { Prediction } from '../contracts/predict.ts';
import type { TrainedModel } from '../contracts/version.ts';
import { createRowEncoder } from '../data/preprocessing/row-encoder.ts';
import { createRowReport } from '../data/preprocessing/row-report.ts';
import { JobFailure } from '../errors.ts';
import type { Kernels } from '../math/kernels/kernels.ts';
import { type Matrix, requireShape } from '../math/matrix.ts';
import { createForwardPass, type ForwardPass } from './forward-pass.ts';

/** Rows of one forward pass: enough to amortise its calls, few enough to be far below the 50 ms between two polls. */
const batchRows = 64;

export interface RowPredictions {
  /** In the order of the rows. */
  readonly predictions: Prediction[];
  readonly warnings: Warning[];
}

export interface Scores {
  /** Row-major, all finite: probabilities [n, classes], or values [n, 1] in the target's units. */
  readonly outputs: Float64Array;
  /** Class numbers [n]; null for a regression. */
  readonly predictedCodes: Int32Array | null;
}

/** Keeps memory between calls, which do not wait: one thread may share it, two may not. */
export interface Predictor {
  /**
   * A row's prediction depends, to the bit, neither on the other rows nor on the order of its keys.
   *
   * @throws TrainyardError with the problems of all rows, to 100: `missing_values`, `number_out_of_range` (also for numbers
   *   so large that the output overflows) or `validation_failed`
   */
  predictRows(rows: readonly Row[]): RowPredictions;
  /**
   * @param x    encoded rows [n, inputs], of either dtype
   * @param poll called before each batch; may throw to stop
   * @throws JobFailure `diverged` when an output is not finite
   */
  scores(x: Matrix, poll: () => void): Scores;
}

/**
 * @param weights the version's weights block
 * @throws ShapeError when the kernels are not of the model's dtype
 */
export function createPredictor(trained: TrainedModel, weights: Uint8Array, kernels: Kernels): Predictor {
  const forward = createForwardPass(trained, weights, kernels, batchRows);
  const encoder = createRowEncoder(trained.preprocessing);

  return {
    predictRows(rows) {
      const { input } = forward;
      const report = createRowReport();
      const predictions: Prediction[] = [];
      for (let start = 0; start < rows.length; start += batchRows) {
        const count = Math.min(batchRows, rows.length - start);
        for (let i = 0; i < count; i++) {
          encoder.encode(rows[start + i], start + i, input.data, i * input.stride, report);
        }
        // Once a row is refused, the rest is read for its problems alone.
        if (report.isRefused) continue;
        forward.run(count);
        for (let i = 0; i < count; i++) {
          if (forward.isFinite(i)) predictions.push(predictionOf(trained, forward, i));
          else
            report.add(
              start + i,
              null,
              'number_out_of_range',
              'the numbers are so large that the output overflows',
            );
        }
      }
      report.throwIfRefused();
      return { predictions, warnings: report.warnings() };
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
