/** What a model's logits mean: the heads that turn them into probabilities, or into values. */
import type { TrainedModel } from '../contracts/version.ts';
import { exp, sigmoid } from '../math/elementary.ts';
import { labelOf } from '../math/label-of.ts';
import type { FloatArray } from '../math/matrix.ts';

export interface Head {
  /** Numbers of one row's output: a probability for each class, or one value. */
  readonly width: number;
  /** Reads one row's logits at logits[from …], all finite, and writes its output at out[to …]. */
  write(logits: FloatArray, from: number, out: Float64Array, to: number): void;
}

/**
 * - value: y = z · scale + mean, back in the target's units
 * - sigmoid: p = 1/(1 + e⁻ᶻ) is the second class's probability, 1 − p the first's
 * - softmax: pⱼ = e^zⱼ / Σ e^z
 * - step: a perceptron; 1 for the label, 0 for the rest
 */
export function createHead(trained: TrainedModel): Head {
  const { outputs } = trained.layers.at(-1)!;
  switch (trained.output) {
    case 'value':
      return valueHead(trained.target_scaling ?? { mean: 0, scale: 1 });
    case 'sigmoid':
    case 'softmax':
      return classHead(outputs);
    case 'step':
      return stepHead(outputs);
  }
}

/** Probabilities of the classes: by sigmoid from one logit, by softmax from one for each. */
export function classHead(outputs: number): Head {
  if (outputs === 1) return { width: 2, write: writeSigmoid };
  return {
    width: outputs,
    write: (logits, from, out, to) => writeSoftmax(logits, from, outputs, out, to),
  };
}

function valueHead({ mean, scale }: { mean: number; scale: number }): Head {
  return {
    width: 1,
    write(logits, from, out, to) {
      out[to] = logits[from] * scale + mean;
    },
  };
}

function stepHead(outputs: number): Head {
  const width = Math.max(2, outputs);
  return {
    width,
    write(logits, from, out, to) {
      out.fill(0, to, to + width);
      out[to + labelOf(logits, from, outputs)] = 1;
    },
  };
}

function writeSigmoid(logits: FloatArray, from: number, out: Float64Array, to: number): void {
  out[to + 1] = sigmoid(logits[from]);
  out[to] = 1 - out[to + 1];
}

/** Shifted by the largest logit, so that no exponential overflows. */
function writeSoftmax(
  logits: FloatArray,
  from: number,
  outputs: number,
  out: Float64Array,
  to: number,
): void {
  const largest = logits[from + labelOf(logits, from, outputs)];
  let sum = 0;
  for (let j = 0; j < outputs; j++) {
    out[to + j] = exp(logits[from + j] - largest);
    sum += out[to + j];
  }
  for (let j = 0; j < outputs; j++) out[to + j] /= sum;
}
