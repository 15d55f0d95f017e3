/** What each feature adds to the logits of a linear model: the prediction taken apart. */
import type { TrainedModel } from '../contracts/version.ts';
import { columnNames } from '../data/preprocessing/column-names.ts';
import type { Matrix } from '../math/matrix.ts';
import type { LayerParameters } from '../math/parameter-layout.ts';

export interface Contributions {
  /** [outputs] */
  readonly intercept: Float64Array;
  /** Row-major [outputs, features], in the order of the preprocessing's features. */
  readonly terms: Float64Array;
}

/**
 * Of output c and feature f: Σⱼ xⱼ·wⱼc over the encoded columns j of f, so that zc = intercept_c + Σ_f terms_cf (summed in another
 * order than the kernel's, so to a rounding). A standardised feature at its mean adds 0. Where the target was scaled, terms and
 * intercept are in the target's units, as the value is. f64.
 *
 * @returns null for a network: its hidden layers have no such terms
 */
export function createContributions(
  { layers, preprocessing, target_scaling }: TrainedModel,
  parameters: readonly LayerParameters[],
): ((x: Matrix, row: number) => Contributions) | null {
  if (layers.length !== 1) return null;
  const [{ outputs }] = layers;
  const [{ weights, bias }] = parameters;
  const widths = preprocessing.features.map((feature) => columnNames(feature).length);
  const { mean, scale } = target_scaling ?? { mean: 0, scale: 1 };

  return (x, row) => {
    const intercept = Float64Array.from({ length: outputs }, (_, c) => bias[c] * scale + mean);
    const terms = new Float64Array(outputs * widths.length);
    let column = 0;
    for (let f = 0; f < widths.length; f++) {
      for (const end = column + widths[f]; column < end; column++) {
        const value = x.data[row * x.stride + column] * scale;
        for (let c = 0; c < outputs; c++) {
          terms[c * widths.length + f] += value * weights.data[column * weights.stride + c];
        }
      }
    }
    return { intercept, terms };
  };
}
