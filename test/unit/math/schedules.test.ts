/** Every schedule of the registry: PyTorch's learning rates, the warm-up, and bounds. */
import { describe, expect, it } from 'vitest';
import { type ScheduleName, type ScheduleSettings, schedules } from '../../../src/math/schedules/index.ts';
import { learningRate } from '../../../src/math/schedules/learning-rate.ts';
import { torchTrajectories } from './goldens/torch-trajectories.ts';

const names = Object.keys(schedules) as ScheduleName[];

it('every schedule has golden learning rates', () => {
  expect(Object.keys(torchTrajectories.schedules)).toEqual(names);
});

describe.each(names)('%s', (name) => {
  const { settings, rates } = torchTrajectories.schedules[name];
  const withWarmup = (warmup: number) => ({ ...settings, warmup_epochs: warmup }) as ScheduleSettings;

  it("has PyTorch's learning rates", () => {
    rates.forEach((rate, epoch) => {
      // PyTorch multiplies from epoch to epoch: an ulp for each.
      expect(Math.abs(learningRate(0.2, epoch, 10, withWarmup(0)) / rate - 1)).toBeLessThan(1e-14);
    });
  });

  it('is the same after a warm-up, only later', () => {
    const all = Array.from({ length: 14 }, (_, epoch) => learningRate(0.2, epoch, 14, withWarmup(4)));
    for (const e of [0, 1, 2, 3]) expect(all[e]).toBeCloseTo(0.04 * (e + 1), 15);
    expect(all.slice(4)).toEqual(rates.map((_, epoch) => learningRate(0.2, epoch, 10, withWarmup(0))));
  });

  it('stays a finite rate of at least 0 for a million epochs', () => {
    for (const epoch of [0, 1, 2, 31, 1000, 999_999]) {
      const rate = learningRate(0.2, epoch, 1_000_000, withWarmup(0));
      expect(rate).toBeGreaterThanOrEqual(0);
      expect(rate).toBeLessThanOrEqual(0.2);
    }
  });
});

it('a warm-up of one epoch runs it at half the learning rate', () => {
  const settings = { type: 'constant', warmup_epochs: 1 } as const;
  expect([0, 1, 2].map((epoch) => learningRate(0.1, epoch, 3, settings))).toEqual([0.05, 0.1, 0.1]);
});

it('cosine starts at the learning rate and passes the mean of it and the minimum halfway', () => {
  const settings = { type: 'cosine', minimum: 0.02, warmup_epochs: 0 } as const;
  expect(learningRate(0.1, 0, 8, settings)).toBe(0.1);
  expect(learningRate(0.1, 4, 8, settings)).toBeCloseTo(0.06, 16);
});
