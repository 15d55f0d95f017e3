/** The harness of kills is tried against bugs before it is believed. */
import { afterAll, expect, it } from 'vitest';
import { cleanUp } from '../e2e/service.ts';
import { reportText } from './fault-report.ts';
import { runKills } from './kill-run.ts';

afterAll(cleanUp);

const run = { family: 'mlp: adam, dropout', seed: 1, kills: 6, jobSeconds: 3 };

it('finds what was lost where replies come before their commits', async () => {
  const report = await runKills({ ...run, plant: 'reply before commit' });
  console.log(reportText(report));
  expect(report.lost.length).toBeGreaterThan(0);
});

it('finds other bits where the moments are not saved', async () => {
  const report = await runKills({ ...run, plant: 'moments not saved' });
  console.log(reportText(report));
  expect(report.unexpected.length).toBeGreaterThan(0);
  expect(report.weights.size).toBeGreaterThan(1);
});
