/** Where each layer's weights and biases lie in one contiguous block, so that an optimizer's step is one call over all of them. */
import type { ActivationName } from './activations/index.ts';
import type { Kernels } from './kernels/kernels.ts';
import { type FloatArray, type Matrix, requireLength, ShapeError } from './matrix.ts';

/** A dense layer a = f(x·W + b): x [n, inputs], W [inputs, outputs], b [outputs]. */
export interface LayerShape {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: ActivationName;
}

/** One layer's part of a block, as views on it. */
export interface LayerParameters {
  readonly weights: Matrix;
  readonly bias: FloatArray;
}

/**
 * A block holds W then b of each layer, rows padded as the kernels want them; it may hold the parameters, their gradients or an
 * optimizer's moments. The flat form is the same without padding: it is independent of the kernels, and is what is stored and hashed.
 */
export interface ParameterLayout {
  /** Elements of a block, padding included. */
  readonly blockLength: number;
  /** Elements of the flat form: the number of weights and biases. */
  readonly parameterCount: number;
  /** Views on a block, by layer. */
  views(block: FloatArray): LayerParameters[];
  /** The flat form of a block: W row-major, then b, layer after layer. Allocates. */
  flatten(block: FloatArray): FloatArray;
  /** Writes a flat form into a block, rounding to its dtype. @throws ShapeError when the length differs */
  fill(block: FloatArray, flat: FloatArray): void;
}

/** @throws ShapeError when there is no layer, or a layer's inputs are not the outputs of the one before */
export function createParameterLayout(layers: readonly LayerShape[], kernels: Kernels): ParameterLayout {
  requireChain(layers);
  let blockLength = 0;
  let parameterCount = 0;
  for (const { inputs, outputs } of layers) {
    blockLength += (inputs + 1) * kernels.strideOf(outputs);
    parameterCount += (inputs + 1) * outputs;
  }

  function views(block: FloatArray): LayerParameters[] {
    requireLength('parameter block', block, blockLength);
    let offset = 0;
    return layers.map(({ inputs, outputs }) => {
      const biasOffset = offset + inputs * kernels.strideOf(outputs);
      const weights = kernels.matrix(inputs, outputs, block.subarray(offset, biasOffset));
      const bias = block.subarray(biasOffset, biasOffset + outputs);
      offset = biasOffset + kernels.strideOf(outputs);
      return { weights, bias };
    });
  }

  return {
    blockLength,
    parameterCount,
    views,
    flatten(block) {
      const flat =
        kernels.dtype === 'f32' ? new Float32Array(parameterCount) : new Float64Array(parameterCount);
      let at = 0;
      for (const row of rowsOf(views(block))) {
        flat.set(row, at);
        at += row.length;
      }
      return flat;
    },
    fill(block, flat) {
      requireLength('flat parameters', flat, parameterCount);
      let at = 0;
      for (const row of rowsOf(views(block))) {
        row.set(flat.subarray(at, at + row.length));
        at += row.length;
      }
    },
  };
}

function requireChain(layers: readonly LayerShape[]): void {
  if (layers.length === 0) throw new ShapeError('network: expected at least one layer');
  for (let i = 1; i < layers.length; i++) {
    if (layers[i].inputs === layers[i - 1].outputs) continue;
    throw new ShapeError(
      `layer ${i}: expected ${layers[i - 1].outputs} inputs, the outputs before it, got ${layers[i].inputs}`,
    );
  }
}

/** The rows of a block in flat order, without their padding. */
function* rowsOf(layers: readonly LayerParameters[]): Generator<FloatArray> {
  for (const { weights, bias } of layers) {
    for (let i = 0; i < weights.rows; i++) {
      yield weights.data.subarray(i * weights.stride, i * weights.stride + weights.columns);
    }
    yield bias;
  }
}
