/** Who is killed for a lease that ran out, and who is given time because the machine slept. */
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createLeaseSweeper, leaseSweepMs } from '../../../src/roles/lease-sweeper.ts';

/** @param expired what each sweep that reaches the store finds, or fails with */
function sweeperOf(expired: (string[] | Error)[]) {
  const killed: string[] = [];
  const steps: string[] = [];
  const lines: string[] = [];
  const sweptAt: number[] = [];
  let ms = 0;
  const sweep = createLeaseSweeper({
    jobs: {
      async expiredOwners(now) {
        sweptAt.push(now.getTime());
        const found = expired[sweptAt.length - 1] ?? [];
        if (found instanceof Error) throw found;
        return found;
      },
      async releaseExpired() {
        steps.push('release');
        return 1;
      },
    },
    trainers: ['a', 'b'].map((owner) => ({
      owner: () => owner,
      kill() {
        killed.push(owner);
        steps.push('kill');
      },
    })),
    logger: pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }),
    now: () => new Date(ms),
  });
  const sweepAfter = (passedMs: number) => {
    ms += passedMs;
    return sweep();
  };
  return { killed, steps, lines, sweptAt, sweepAfter };
}

it('kills the trainer whose lease ran out, and no other; then its job is freed', async () => {
  const { killed, steps, sweepAfter } = sweeperOf([['b', 'on another machine']]);
  await sweepAfter(leaseSweepMs);
  expect(killed).toEqual(['b']);
  // The other way round would wait for ever for one that was stopped inside a commit.
  expect(steps).toEqual(['kill', 'release']);
});

it('goes on after a store that failed', async () => {
  const { killed, lines, sweepAfter } = sweeperOf([new Error('locked'), ['a']]);
  await sweepAfter(leaseSweepMs);
  expect(lines.join()).toContain('freeing expired leases failed');
  await sweepAfter(leaseSweepMs);
  expect(killed).toEqual(['a']);
});

it('waits ten seconds after the machine slept, so that trainers renew first', async () => {
  const { sweptAt, sweepAfter } = sweeperOf([]);
  for (const passedMs of [5_000, 3_600_000, 5_000, 5_000]) await sweepAfter(passedMs);
  expect(sweptAt).toEqual([5_000, 3_615_000]);
});
