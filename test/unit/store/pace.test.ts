/** What a client sees of a job's pace. */
import { describe, expect, it } from 'vitest';
import { etaSeconds, nextPace, type Pace } from '../../../src/store/sqlite/pace.ts';

const time = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);
const unknown: Pace = { recent_epochs: 0, recent_seconds: 0 };

/** At epoch 30 of 100 after 40 s, at 2 s an epoch. */
const job = {
  state: 'running',
  epoch: 30,
  epochs: 100,
  progressed_at: time(40).toISOString(),
  recent_epochs: 3,
  recent_seconds: 6,
} as const;

describe('etaSeconds', () => {
  it('is the pace times the epochs left', () => {
    expect(etaSeconds(job, time(40))).toBe(140);
  });

  it('counts down within the running epoch, and not into those that have not begun', () => {
    expect(etaSeconds(job, time(41.5))).toBe(138.5);
    expect(etaSeconds(job, time(9999))).toBe(138);
    expect(etaSeconds({ ...job, epoch: 100 }, time(9999))).toBe(0);
  });

  it.each(['queued', 'paused', 'succeeded', 'failed', 'cancelled'] as const)(
    'is null for a %s job',
    (state) => {
      expect(etaSeconds({ ...job, state }, time(40))).toBeNull();
    },
  );

  it('is null until the attempt has finished an epoch', () => {
    expect(etaSeconds({ ...job, ...unknown, progressed_at: null }, time(40))).toBeNull();
  });
});

describe('nextPace', () => {
  const secondsAnEpoch = ({ recent_epochs, recent_seconds }: Pace) => recent_seconds / recent_epochs;
  const repeated = (pace: Pace, reports: number, epochs: number, seconds: number) => {
    let next = pace;
    for (let i = 0; i < reports; i++) next = nextPace(next, epochs, seconds);
    return next;
  };

  it('is what has passed so far, as long as that is short', () => {
    expect(secondsAnEpoch(nextPace(unknown, 6, 3))).toBe(0.5);
    // Five slow epochs at first, then twenty a report: 0.65 s for 105 epochs.
    const pace = repeated(nextPace(unknown, 5, 0.15), 5, 20, 0.1);
    expect(secondsAnEpoch(pace)).toBeCloseTo(0.65 / 105, 3);
  });

  it('stays where the pace is steady, in few reports or many', () => {
    expect(secondsAnEpoch(repeated(unknown, 1000, 4, 2))).toBeCloseTo(0.5, 12);
    expect(secondsAnEpoch(repeated(unknown, 3, 1, 600))).toBeCloseTo(600, 12);
  });

  it('has forgotten an old pace after some tens of seconds', () => {
    const slow = repeated(unknown, 100, 1, 10);
    expect(secondsAnEpoch(repeated(slow, 300, 0.1, 0.1))).toBeLessThan(1.01);
  });

  it('is hardly moved by one report that came late', () => {
    const steady = repeated(unknown, 200, 10, 0.1);
    expect(secondsAnEpoch(nextPace(steady, 10, 0.3))).toBeLessThan(0.0105);
  });
});
