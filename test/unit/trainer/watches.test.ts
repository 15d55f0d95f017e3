/** What a trainer watches in its own job: a thread that went silent, a process that outgrew its budget. */
import { describe, expect, it } from 'vitest';
import { createMemoryWatch } from '../../../src/trainer/memory-watch.ts';
import { createStallWatch, StalledWorker } from '../../../src/trainer/stall-watch.ts';

describe('the stall watch', () => {
  function watchOf(polls: () => number | null) {
    const clock = { ms: 0 };
    const check = createStallWatch({ polls, stallMs: 1_000, nowMs: () => clock.ms });
    return (ms: number) => {
      clock.ms = ms;
      check();
    };
  }

  it('lets a thread live that polls, however seldom', () => {
    let polls = 0;
    const at = watchOf(() => ++polls);
    for (const ms of [900, 1_800, 100_000]) expect(() => at(ms)).not.toThrow();
  });

  it('gives up one that does not', () => {
    const at = watchOf(() => 7);
    at(10);
    expect(() => at(1_010)).not.toThrow();
    expect(() => at(1_011)).toThrow(StalledWorker);
    expect(() => at(1_511)).toThrow('has not polled for 1.5 s');
  });

  it('has no quarrel with one that has not started or has ended', () => {
    const at = watchOf(() => null);
    for (const ms of [0, 5_000, 50_000]) expect(() => at(ms)).not.toThrow();
  });
});

describe('the memory watch', () => {
  const mebibyte = 2 ** 20;

  it('counts what the process grew by since the job came, not what it had', () => {
    let rss = 700 * mebibyte;
    const check = createMemoryWatch({ rssBytes: () => rss, budgetBytes: 100 * mebibyte });
    rss += (100 + 512) * mebibyte;
    expect(check).not.toThrow();
    rss += mebibyte;
    expect(check).toThrow(
      'expected at most 100 MiB (JOB_MEMORY_MB) and 512 MiB for the runtime, the job took 613 MiB',
    );
  });
});
