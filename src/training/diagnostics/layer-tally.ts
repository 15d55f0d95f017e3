/** Adds up what the activations of one layer are like, batch after batch of the probe. */
import type { LayerStatistics } from '../../contracts/diagnostics.ts';
import { activations } from '../../math/activations/index.ts';
import type { LayerBatch } from '../../math/network-memory.ts';
import type { LayerShape } from '../../math/parameter-layout.ts';

export type ActivationStatistics = Omit<LayerStatistics, 'gradient_norm' | 'weight_norm' | 'update_ratio'>;

export interface LayerTally {
  /** Takes in a batch of the layer's activations [n, m]. */
  add(batch: LayerBatch): void;
  /** Of all batches since the last `take`. */
  take(): ActivationStatistics;
}

export function createLayerTally({ outputs, activation }: LayerShape): LayerTally {
  const { derivativeFrom, saturatesAt } = activations[activation];
  const [low, high] = saturatesAt;
  /** By unit: rows on which it is 0. */
  const zerosOf = new Uint32Array(outputs);
  let rows = 0;
  let sum = 0;
  let squares = 0;
  let saturated = 0;

  return {
    add({ a, z }) {
      const { data, stride } = a;
      const from = derivativeFrom === 'output' ? data : z!.data;
      // Locals: a sum in a variable that a closure holds is a load and a store at each element, four times the work.
      let batchSum = 0;
      let batchSquares = 0;
      let batchSaturated = 0;
      for (let i = 0; i < a.rows; i++) {
        for (let j = 0, at = i * stride; j < outputs; j++, at++) {
          const value = data[at];
          batchSum += value;
          batchSquares += value * value;
          zerosOf[j] += value === 0 ? 1 : 0;
          const slopeAt = from[at];
          batchSaturated += slopeAt <= low || slopeAt >= high ? 1 : 0;
        }
      }
      rows += a.rows;
      sum += batchSum;
      squares += batchSquares;
      saturated += batchSaturated;
    },
    take() {
      const count = rows * outputs;
      const zeros = zerosOf.reduce((total, zero) => total + zero, 0);
      const dead = zerosOf.reduce((total, zero) => total + (zero === rows ? 1 : 0), 0);
      const mean = sum / count;
      const statistics = {
        activation_mean: finiteOrNull(mean),
        // The values are floats and the sums doubles, so the difference keeps about 9 digits even of a spread a thousandth of the mean.
        activation_std: finiteOrNull(Math.sqrt(Math.max(0, squares / count - mean * mean))),
        zero_fraction: zeros / count,
        dead_fraction: dead / outputs,
        saturated_fraction: saturated / count,
      };
      zerosOf.fill(0);
      rows = sum = squares = saturated = 0;
      return statistics;
    },
  };
}

export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
