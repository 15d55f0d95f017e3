/** Runs a trained model forward: on rows as clients send them, and on encoded matrices to measure it. */
import type { TrainedModel } from '../contracts/version.ts';
import { createRowEncoder } from '../data/preprocessing/row-encoder.ts';
import type { RowReport } from '../data/preprocessing/row-report.ts';
import { JobFailure } from '../errors.ts';
import type { Kernels } from '../math/kernels/kernels.ts';
import { type Matrix, requireShape } from '../math/matrix.ts';
import { type Contributions, createContributions } from './contributions.ts';
import { createForwardPass } from './forward-pass.ts';

/** Most rows of one forward pass: enough to amortise its calls. */
const maxBatchRows = 64;

export interface Scores {
  /** Row-major, all finite: probabilities [n, classes], or values [n, 1] in the target's units. */
  readonly outputs: Float64Array;
  /** Class numbers [n]; null for a regression. */
  readonly predictedCodes: Int32Array | null;
}

/** The rows of a request, however its wire carries them: made one at a time, as they are encoded. */
export interface RowSource {
  readonly length: number;
  /** Row i as a JSON object by feature; nothing has checked it. */
  at(i: number): unknown;
}

/** One batch of predictions, in the predictor's own memory: they hold until its next call. */
export interface PredictedBatch {
  readonly count: number;
  /** Numbers of one row's output. */
  readonly width: number;
  /** Row-major [count, width], all finite: probabilities in class order, or the value in the target's units. */
  readonly outputs: Float64Array;
  /** Predicted class numbers, [count]; without meaning in a regression. */
  readonly labels: Int32Array;
  /** What the head read, [count, outputs of the last layer]. */
  readonly logits: Matrix;
  /** What each feature of row i added to its logits; null for a network. */
  contributions(i: number): Contributions | null;
}

/** Its memory is in use only while a batch is computed and read: one thread may share it, two may not. */
export interface Predictor {
  readonly trained: TrainedModel;
  /** Rows of a batch: the caller may let others have their turn between two. */
  readonly batchRows: number;
  /**
   * Predicts rows `start` … `start + batchRows`, as far as there are any. A row's prediction depends, to the bit, neither on the
   * other rows nor on the order of its keys.
   *
   * @param report gets every problem, also numbers so large that the output overflows
   * @returns null once a row is refused, whatever its batch: the rest is read for its problems alone
   */
  predictBatch(rows: RowSource, start: number, report: RowReport): PredictedBatch | null;
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
  // A batch is one turn of the event loop: half of what a single call may take, for all of its layers.
  const batchRows = Math.max(1, Math.min(maxBatchRows, Math.floor(kernels.maxProductWork / 2 / work)));
  const forward = createForwardPass(trained, weights, kernels, batchRows);
  const { input, width, outputs, labels } = forward;
  const encoder = createRowEncoder(trained.preprocessing);
  const contribute = createContributions(trained, forward.layers);
  const contributions = (i: number) => contribute?.(input, i) ?? null;

  return {
    trained,
    batchRows,
    predictBatch(rows, start, report) {
      const count = Math.min(batchRows, rows.length - start);
      for (let i = 0; i < count; i++) {
        encoder.encode(rows.at(start + i), start + i, input.data, i * input.stride, report);
      }
      if (report.isRefused) return null;
      const logits = forward.run(count);
      for (let i = 0; i < count; i++) {
        if (!forward.isFinite(i)) report.add(start + i, null, 'number_out_of_range', overflowing);
      }
      return report.isRefused ? null : { count, width, outputs, labels, logits, contributions };
    },

    scores(x, poll) {
      requireShape('scores, x', x, x.rows, input.columns);
      const scored = new Float64Array(x.rows * width);
      const predictedCodes = trained.classes === null ? null : new Int32Array(x.rows);
      for (let start = 0; start < x.rows; start += batchRows) {
        poll();
        const count = Math.min(batchRows, x.rows - start);
        copyRows(x, start, count, input);
        forward.run(count);
        for (let i = 0; i < count; i++) {
          if (!forward.isFinite(i))
            throw new JobFailure('diverged', "the model's output is not finite for every row");
        }
        scored.set(outputs.subarray(0, count * width), start * width);
        predictedCodes?.set(labels.subarray(0, count), start);
      }
      return { outputs: scored, predictedCodes };
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
