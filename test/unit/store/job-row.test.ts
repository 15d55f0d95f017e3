/** What a client sees of a job's pace. */
import { describe, expect, it } from 'vitest';
import { etaSeconds } from '../../../src/store/sqlite/job-row.ts';

const time = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);

/** Resumed at epoch 10 at second 0, at epoch 30 after 40 s (2 s an epoch), of 100. */
const row = {
  state: 'running',
  epoch: 30,
  epochs: 100,
  attempt_epoch: 10,
  attempt_started_at: time(0).toISOString(),
  progressed_at: time(40).toISOString(),
} as const;

describe('etaSeconds', () => {
  it('is the pace of this attempt times the epochs left', () => {
    expect(etaSeconds(row, time(40))).toBe(140);
  });

  it('counts down between two reports and never below 0', () => {
    expect(etaSeconds(row, time(50))).toBe(130);
    expect(etaSeconds(row, time(9999))).toBe(0);
  });

  it.each(['queued', 'paused', 'succeeded', 'failed', 'cancelled'] as const)(
    'is null for a %s job',
    (state) => {
      expect(etaSeconds({ ...row, state }, time(40))).toBeNull();
    },
  );

  it('is null until the attempt has finished an epoch', () => {
    expect(etaSeconds({ ...row, epoch: 10, progressed_at: null }, time(40))).toBeNull();
  });
});
