/** SIGSTOP past the lease, SIGCONT when another has the job: the stale trainer changes no row and no file. */
import { afterAll, expect, it } from 'vitest';
import { cleanUp } from '../e2e/service.ts';
import { runStaleTrainer } from './stale-trainer.ts';
import { endTrainers } from './trainers.ts';

afterAll(() => {
  endTrainers();
  cleanUp();
});

it('changes nothing, and the job ends with the bits of an undisturbed run', async () => {
  const { before, after, outcome, undisturbed, attempt } = await runStaleTrainer();
  expect(after).toEqual(before);
  expect(outcome).toEqual(undisturbed);
  expect(attempt).toBe(2);
});

it('is seen to write where the fence is dropped', async () => {
  const { before, after } = await runStaleTrainer('fence dropped');
  expect(after).not.toEqual(before);
});
