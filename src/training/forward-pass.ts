/** A trained model over one batch of encoded rows: the network and the head that reads its logits, in memory made once. */
import type { TrainedModel } from '../contracts/version.ts';
import type { Kernels } from '../math/kernels/kernels.ts';
import { labelOf } from '../math/label-of.ts';
import { type Matrix, ShapeError } from '../math/matrix.ts';
import { createNetwork } from '../math/network.ts';
import type { LayerParameters } from '../math/parameter-layout.ts';
import { viewsByRows } from '../math/views-by-rows.ts';
import { createHead } from './heads.ts';
import { decodeWeights } from './model-weights.ts';

export interface ForwardPass {
  /** Where the encoded rows go, [batchRows, inputs]. */
  readonly input: Matrix;
  readonly layers: readonly LayerParameters[];
  /** Numbers of one row's output. */
  readonly width: number;
  /** Row-major [batchRows, width], as the head gives them; not finite where the row's arithmetic overflowed. */
  readonly outputs: Float64Array;
  /** Predicted class numbers, [batchRows]; without meaning in a regression. */
  readonly labels: Int32Array;
  /**
   * Fills `outputs` and `labels` for the first `count` rows of `input`. No row's bits depend on the other rows.
   *
   * @returns the logits [count, outputs of the last layer], which hold until the next run
   */
  run(count: number): Matrix;
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
  const inputOf = viewsByRows((rows) => kernels.matrix(rows, input.columns, input.data));
  const { width } = head;
  const outputs = new Float64Array(batchRows * width);
  const labels = new Int32Array(batchRows);

  return {
    input,
    layers: network.layers,
    width,
    outputs,
    labels,
    run(count) {
      const logits = network.forward(inputOf(count));
      const { data, stride, columns } = logits;
      for (let i = 0; i < count; i++) {
        const from = i * stride;
        labels[i] = labelOf(data, from, columns);
        // An infinite logit would pass for a probability of 1, though nothing but an overflow made it so.
        if (areFinite(data, from, columns)) head.write(data, from, outputs, i * width);
        else outputs.fill(Number.NaN, i * width, (i + 1) * width);
      }
      return logits;
    },
    isFinite: (i) => areFinite(outputs, i * width, width),
  };
}

function areFinite(values: ArrayLike<number>, from: number, count: number): boolean {
  for (let i = from; i < from + count; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}
