/** Watches the gap between training and validation loss widen. */
import type { EpochReport, Finding } from '../../contracts/diagnostics.ts';
import { percent } from './in-words.ts';
import { thresholds } from './thresholds.ts';

/** What a watch remembers; JSON keeps it exactly. */
export interface GapState {
  /** Validation loss of the first epoch. */
  readonly first: number;
  /** Lowest validation loss, its epoch, and the training loss of that epoch. */
  readonly best: number;
  readonly bestEpoch: number;
  readonly lossAtBest: number;
  /** Epochs in a row that were past the bound. */
  readonly streak: number;
}

/**
 * An epoch is past the bound when its training loss is below that of the best epoch while its validation loss L has risen by a tenth of
 * the best, Prechelt's generalisation loss L/best − 1, and by a fifth of all that was gained, (L − best) / (first − best). The first
 * alone takes fright where the best is close to 0 and noise doubles it, the second where nothing was gained yet.
 *
 * @see Prechelt, Early stopping – but when?, 1998
 */
export function observeGap(
  state: GapState | null,
  { epoch, loss, validation_loss: held }: EpochReport,
): { readonly state: GapState | null; readonly finding: Finding | null } {
  if (held === null) return { state, finding: null };
  if (state === null || held < state.best) {
    const first = state?.first ?? held;
    return { state: { first, best: held, bestEpoch: epoch, lossAtBest: loss, streak: 0 }, finding: null };
  }
  const rise = held - state.best;
  const isPast =
    loss < state.lossAtBest &&
    rise > thresholds.generalisationLoss * state.best &&
    rise > thresholds.lostShare * (state.first - state.best);
  const streak = isPast ? state.streak + 1 : 0;
  const isFinding = streak === thresholds.streak;
  return { state: { ...state, streak }, finding: isFinding ? overfitting(state, epoch, held) : null };
}

function overfitting({ best, bestEpoch }: GapState, epoch: number, held: number): Finding {
  const rise = held / best - 1;
  return {
    code: 'overfitting',
    layer: null,
    epoch,
    value: Number.isFinite(rise) ? rise : null,
    message: `the validation loss has risen by ${percentOf(rise)} since epoch ${bestEpoch} while the training loss fell: the model learns its rows by heart; set early_stopping, l2 or dropout, or use fewer units`,
  };
}

function percentOf(rise: number): string {
  return rise < 1 ? percent(rise) : `${Math.round(rise * 100)} %`;
}
