/** What a client sees of a job's pace. */
import { describe, expect, it } from 'vitest';
import { etaSeconds, nextPace } from '../../../src/store/sqlite/job-row.ts';

const time = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);

/** At epoch 30 of 100 after 40 s, at 2 s an epoch. */
const row = {
  state: 'running',
  epoch: 30,
  epochs: 100,
  progressed_at: time(40).toISOString(),
  epoch_seconds: 2,
} as const;

describe('etaSeconds', () => {
  it('is the pace times the epochs left', () => {
    expect(etaSeconds(row, time(40))).toBe(140);
  });

  it('counts down within the running epoch, and not into those that have not begun', () => {
    expect(etaSeconds(row, time(41.5))).toBe(138.5);
    expect(etaSeconds(row, time(9999))).toBe(138);
    expect(etaSeconds({ ...row, epoch: 100 }, time(9999))).toBe(0);
  });

  it.each(['queued', 'paused', 'succeeded', 'failed', 'cancelled'] as const)(
    'is null for a %s job',
    (state) => {
      expect(etaSeconds({ ...row, state }, time(40))).toBeNull();
    },
  );

  it('is null until the attempt has finished an epoch', () => {
    expect(etaSeconds({ ...row, progressed_at: null, epoch_seconds: null }, time(40))).toBeNull();
  });
});

describe('nextPace', () => {
  it('is what the first report says', () => {
    expect(nextPace(null, 3, 6)).toBe(0.5);
  });

  it('stays where the pace is steady', () => {
    expect(nextPace(0.5, 3, 6)).toBe(0.5);
  });

  it('has forgotten an old pace after some tens of seconds, in few reports or many', () => {
    expect(nextPace(10, 40, 40)).toBeCloseTo(1, 0);
    let pace = 10;
    for (let i = 0; i < 400; i++) pace = nextPace(pace, 0.1, 0.1);
    expect(pace).toBeCloseTo(1 + 9 * Math.exp(-4), 9);
  });

  it('is hardly moved by one report that came late', () => {
    expect(nextPace(0.01, 0.3, 10)).toBeCloseTo(0.0106, 4);
  });
});
