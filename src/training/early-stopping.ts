/** Watches the loss of a network: remembers its best weights, and says when it has stopped improving. */
import type { EarlyStopping } from '../contracts/early-stopping.ts';
import type { Warning } from '../contracts/names.ts';
import type { FloatArray } from '../math/matrix.ts';
import type { FitEpoch, FitState } from './fit.ts';

export interface LossWatch {
  /**
   * Takes in an epoch. A monitored value that is not a number is no improvement.
   *
   * @param epoch      1 for the first of the job
   * @param parameters flat, after the epoch; copied when they are the best
   * @returns whether `patience` epochs in a row have not improved
   */
  observe(epoch: number, losses: Pick<FitEpoch, 'loss' | 'validationLoss'>, parameters: FloatArray): boolean;
  /** The flat parameters after the epoch of the lowest value so far. */
  best(): FloatArray;
  /** Says which epoch the best ones are of, unless it is the last. */
  warnings(lastEpoch: number): Warning[];
  /** A part of the fit's state. */
  state(): FitState;
}

/** What a watch remembers as integers, in the values of a state. */
interface Counters {
  readonly waited: number;
  readonly bestEpoch: number;
}

/**
 * An epoch improves when it is lower by more than `min_delta` than the last one that did. The best is simply the lowest: a decrease
 * too small to wait for is still worth keeping.
 *
 * @param initial flat parameters, to tell how many there are
 * @param saved   the fit's state to continue from; null starts anew
 */
export function createLossWatch(
  { patience, min_delta: minDelta, monitor }: EarlyStopping,
  initial: FloatArray,
  saved: FitState | null,
): LossWatch {
  const counters = saved?.values.early_stopping as Counters | undefined;
  let waited = counters?.waited ?? 0;
  let bestEpoch = counters?.bestEpoch ?? 0;
  let [bestValue, reference] = saved
    ? saved.tensors['early_stopping.values']
    : [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const bestParameters = saved ? saved.tensors['early_stopping.parameters'].slice() : initial.slice();

  return {
    observe(epoch, { loss, validationLoss }, parameters) {
      const value = monitor === 'loss' ? loss : validationLoss!;
      if (value < bestValue) {
        bestValue = value;
        bestEpoch = epoch;
        bestParameters.set(parameters);
      }
      const hasImproved = value < reference - minDelta;
      if (hasImproved) reference = value;
      waited = hasImproved ? 0 : waited + 1;
      return waited >= patience;
    },
    best: () => bestParameters,
    warnings(lastEpoch) {
      if (bestEpoch === lastEpoch) return [];
      const message = `the weights are those of epoch ${bestEpoch} of ${lastEpoch}, whose ${monitor} was the lowest: ${bestValue}`;
      return [{ code: 'best_weights_restored', message }];
    },
    state: () => ({
      values: { early_stopping: { waited, bestEpoch } satisfies Counters },
      tensors: {
        'early_stopping.values': Float64Array.of(bestValue, reference),
        'early_stopping.parameters': bestParameters.slice(),
      },
    }),
  };
}
