/** Early stopping: which epoch it keeps, when it has waited long enough, and its state. */
import { describe, expect, it } from 'vitest';
import type { EarlyStopping } from '../../../src/contracts/early-stopping.ts';
import { createLossWatch } from '../../../src/training/early-stopping.ts';
import type { FitState } from '../../../src/training/fit.ts';

const settings: EarlyStopping = { patience: 2, min_delta: 0, monitor: 'validation_loss' };

/** Watches these losses; parameters of epoch e are [e]. Returns when it stopped and what it kept. */
function watchLosses(losses: readonly number[], options: Partial<EarlyStopping> = {}, resumeAfter = 0) {
  const merged = { ...settings, ...options };
  let watch = createLossWatch(merged, Float32Array.of(0), null);
  for (let epoch = 1; epoch <= losses.length; epoch++) {
    const value = losses[epoch - 1];
    const measured =
      merged.monitor === 'loss' ? { loss: value, validationLoss: 0 } : { loss: 0, validationLoss: value };
    const isOver = watch.observe(epoch, measured, Float32Array.of(epoch));
    if (isOver || epoch === losses.length) return { isOver, epoch, best: watch.best()[0], watch };
    if (epoch === resumeAfter) {
      const { values, tensors } = watch.state();
      const saved: FitState = {
        values: JSON.parse(JSON.stringify(values)),
        tensors: structuredClone(tensors),
      };
      watch = createLossWatch(merged, Float32Array.of(0), saved);
    }
  }
  throw new Error('expected at least one loss');
}

describe.each(['validation_loss', 'loss'] as const)('monitoring %s', (monitor) => {
  it.each([
    ['stops after `patience` epochs without improvement', [3, 2, 4, 5, 1], 0, true, 4, 2],
    ['starts to wait anew at each improvement', [3, 4, 2, 4, 1, 4], 0, false, 6, 5],
    ['does not take an equal loss for an improvement, and keeps the earlier', [2, 2, 2, 1], 0, true, 3, 1],
    ['waits out decreases of at most min_delta, but keeps the lowest', [3, 2.9, 2.8, 1], 0.5, true, 3, 3],
    ['counts small decreases together', [3, 2.7, 2.4, 2.1, 1.8], 0.5, false, 5, 5],
    ['takes NaN for no improvement', [2, Number.NaN, Number.NaN, 1], 0, true, 3, 1],
  ])('%s', (_what, losses, minDelta, isOver, epoch, best) => {
    for (let resumeAfter = 0; resumeAfter < losses.length; resumeAfter++) {
      const result = watchLosses(losses, { monitor, min_delta: minDelta }, resumeAfter);
      expect(result).toMatchObject({ isOver, epoch, best });
    }
  });
});

it('tells which epoch it kept, unless it is the last', () => {
  const { watch } = watchLosses([3, 2, 4, 5]);
  expect(watch.warnings(4)).toEqual([
    {
      code: 'best_weights_restored',
      message: 'the weights are those of epoch 2 of 4, whose validation_loss was the lowest: 2',
    },
  ]);
  expect(watchLosses([3, 2]).watch.warnings(2)).toEqual([]);
});
