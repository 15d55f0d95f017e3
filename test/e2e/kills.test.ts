/** The fault harness in short, on each run of the tests; `npm run test:faults` is the long form. */
import { afterAll, expect, it } from 'vitest';
import { hasStrace, traceReplies } from '../faults/durable-replies.ts';
import { reportText } from '../faults/fault-report.ts';
import { runKills } from '../faults/kill-run.ts';
import { cleanUp } from './service.ts';

afterAll(cleanUp);

it('two kills of a network’s training lose nothing and change no bit', async () => {
  const report = await runKills({ family: 'mlp: adam, dropout', seed: 3, kills: 2, jobSeconds: 1.5 });
  expect(report.lost.concat(report.unexpected), reportText(report)).toEqual([]);
  expect(report.weights.size).toBe(1);
  expect(report.recovered).toBeGreaterThan(0);
  expect(report.acknowledged).toBeGreaterThan(0);
}, 120_000);

if (!hasStrace) console.log('no strace on this machine: the order of fdatasync and reply is not checked');

it.skipIf(!hasStrace)(
  'a write is answered after the fdatasync of the log',
  async () => {
    expect(await traceReplies()).toEqual({ replies: 10, early: 0 });
  },
  60_000,
);
