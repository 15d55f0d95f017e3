/** A trained model over one batch of encoded rows: the network and the head that reads its logits, in memory made once. */
import type { TrainedModel } from '../contracts/version.ts';
import type { Kernels } from '../math/kernels/kernels.ts';
import { type Matrix, ShapeError } from '../math/matrix.ts';
import { createNetwork } from '../math/network.ts';
import { createHead, labelOf } from './heads.ts';
import { decodeWeights } from './model-weights.ts';

export interface ForwardPass {
  /** Where the encoded rows go, [batchRows, inputs]. */
  readonly input: Matrix;
  /** Numbers of one row's output. */
  readonly width: number;
  /** Row-major [batchRows, width], as the head gives them; not finite where the row's arithmetic overflowed. */
  readonly outputs: Float64Array;
  /** Predicted class numbers, [batchRows]; without meaning in a regression. */
  readonly labels: Int32Array;
  /** Fills `outputs` and `labels` for the first `count` rows of `input`. No row's bits depend on the other rows. */
  run(count: number): void;
  /** Whether every number of row i's output is finite. */
  isFinite(i: number): boolean;
}

/**
 * @param weights the version's weights block
 * @throws ShapeError when the kernels are not of the model's dtype
 */
export function createForwardPass(
  trained: TrainedModel,
  weights: Uint8Array,
  kernels: Kernels,
  batchRows: number,
): ForwardPass {
  if (kernels.dtype !== trained.dtype) {
    throw new ShapeError(`forward pass: expected kernels of ${trained.dtype}, got ${kernels.dtype}`);
  }
  const network = createNetwork({ layers: trained.layers, maxBatch: batchRows, kernels });
  network.importParameters(decodeWeights(trained, weights));
  const head = createHead(trained);
  const input = kernels.matrix(batchRows, trained.layers[0].inputs);
  const { width } = head;
  const outputs = new Float64Array(batchRows * width);
  const labels = new Int32Array(batchRows);

  return {
    input,
    width,
    outputs,
    labels,
    run(count) {
      const logits = network.forward(kernels.matrix(count, input.columns, input.data));
      for (let i = 0; i < count; i++) {
        const from = i * logits.stride;
        const row = logits.data.subarray(from, from + logits.columns);
        labels[i] = labelOf(row, 0, logits.columns);
        // An infinite logit would pass for a probability of 1, though nothing but an overflow made it so.
        if (row.every(Number.isFinite)) head.write(row, 0, outputs, i * width);
        else outputs.fill(Number.NaN, i * width, (i + 1) * width);
      }
    },
    isFinite(i) {
      return outputs.subarray(i * width, (i + 1) * width).every(Number.isFinite);
    },
  };
}
