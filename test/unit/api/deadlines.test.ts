/** A deadline expires what has not ended, once, and nothing else. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createDeadlines } from '../../../src/api/deadlines.ts';

it('expires what has not ended in time, and that alone', async () => {
  const deadlines = createDeadlines(20);
  const expired: string[] = [];
  deadlines.begin(() => expired.push('never ended'));
  const atOnce = deadlines.begin(() => expired.push('ended at once'));
  const later = deadlines.begin(() => expired.push('ended before its time'));
  atOnce.end();
  await sleep(1);
  later.end();
  expect(expired).toEqual([]);
  await expect.poll(() => expired, { interval: 5 }).toEqual(['never ended']);
  await sleep(30);
  expect(expired).toEqual(['never ended']);
});
