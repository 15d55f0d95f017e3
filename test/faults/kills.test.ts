/**
 * `npm run test:faults`: a hundred kills of each family at seeded moments, trainer, API or whole tree. FAULT_SEED and FAULT_KILLS
 * choose another run.
 */
import { cpus, loadavg } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import { cleanUp } from '../e2e/service.ts';
import { families } from './fault-families.ts';
import { quantile, reportText } from './fault-report.ts';
import { checkpointSeconds, runKills } from './kill-run.ts';

afterAll(cleanUp);

/** The run itself keeps about two processes at work. */
const isBusy = () => loadavg()[0]! > 1.5 * cpus().length;

const seed = Number(process.env.FAULT_SEED ?? 2026);
const kills = Number(process.env.FAULT_KILLS ?? 100);

describe(`${kills} kills, seed ${seed}`, () => {
  it.each(Object.keys(families))(
    '%s',
    async (family) => {
      const report = await runKills({ family, seed, kills, jobSeconds: 5 });
      console.log(reportText(report));
      expect({ lost: report.lost, unexpected: report.unexpected }).toEqual({ lost: [], unexpected: [] });
      expect(report.weights.size).toBe(1);
      expect(report.recovered).toBeGreaterThan(0);
      expect(report.fromCheckpoint).toBeGreaterThan(report.fromStart);
      if (isBusy()) console.log('the machine does other work too: how soon jobs ran again is not judged');
      else expect(quantile(report.runningAgainMs, 0.95)).toBeLessThan(2_000);
      // One interval, and what the thread had posted and the trainer not yet committed.
      expect(quantile(report.redoneMs, 0.5)).toBeLessThan(checkpointSeconds * 1000 + 150);
    },
    1_800_000,
  );
});
