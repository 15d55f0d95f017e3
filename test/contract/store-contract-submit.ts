/** Store contract: one job for one request, a bound on the queue, and what is deleted when it has outlived its use. */
import { describe, expect, it } from 'vitest';
import type { IdempotencyKey } from '../../src/store/ports.ts';
import type { Current } from './store-contract.ts';
import {
  addModelAndDataset,
  at,
  idOf,
  jobOf,
  recordOf,
  resultOf,
  smallWeights,
  startJob,
} from './store-fixtures.ts';

const key: IdempotencyKey = { holder: 'h', key: 'k', requestSha256: 'a'.repeat(64) };

export function submitContract(current: Current): void {
  const count = async () => (await current().store.jobs.list({ limit: 100 })).items.length;

  describe('an idempotency key', () => {
    it('makes one job, and answers again as it did', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      expect(await store.jobs.replay(key)).toBeNull();
      const first = await store.jobs.submit(jobOf(1), at(1), { idempotency: key });
      expect(first.outcome).toBe('ok');
      const job = first.outcome === 'ok' && first.job;
      await store.jobs.cancel(idOf('job', 1), at(2));
      expect(await store.jobs.submit(jobOf(2), at(3), { idempotency: key })).toEqual({
        outcome: 'replayed',
        job,
      });
      expect(await store.jobs.replay(key)).toEqual({ outcome: 'replayed', job });
      expect(await count()).toBe(1);
    });

    it('is refused for another request, and is another one for another holder', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      await store.jobs.submit(jobOf(1), at(1), { idempotency: key });
      const other = { ...key, requestSha256: 'b'.repeat(64) };
      expect(await store.jobs.submit(jobOf(2), at(1), { idempotency: other })).toEqual({
        outcome: 'key_reused',
      });
      expect(await store.jobs.replay(other)).toEqual({ outcome: 'key_reused' });
      const result = await store.jobs.submit(jobOf(3), at(1), { idempotency: { ...other, holder: 'i' } });
      expect(result.outcome).toBe('ok');
      expect(await count()).toBe(2);
    });

    it('is not used up by a submit that was refused', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      await store.jobs.submit(jobOf(1, { model: 'n' }), at(1), { idempotency: key });
      await store.jobs.submit(jobOf(1), at(1), { idempotency: key, maxQueued: 0 });
      await expect(
        store.jobs.submit(jobOf(1, { priority: Number.NaN }), at(1), { idempotency: key }),
      ).rejects.toThrow();
      expect(await store.jobs.replay(key)).toBeNull();
    });

    it('answers when model and job are gone', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      await store.jobs.submit(jobOf(1), at(1), { idempotency: key });
      await store.jobs.cancel(idOf('job', 1), at(2));
      await store.jobs.delete(idOf('job', 1));
      await store.models.delete('m');
      expect((await store.jobs.submit(jobOf(2), at(3), { idempotency: key })).outcome).toBe('replayed');
    });
  });

  it('refuses a job when so many wait; a running or paused one does not count', async () => {
    const { store } = current();
    await addModelAndDataset(store);
    await startJob(store, 1);
    await store.jobs.submit(jobOf(2), at(2));
    await store.jobs.pause(idOf('job', 2), at(2));
    expect((await store.jobs.submit(jobOf(3), at(3), { maxQueued: 1 })).outcome).toBe('ok');
    expect(await store.jobs.submit(jobOf(4), at(4), { maxQueued: 1 })).toEqual({ outcome: 'queue_full' });
    expect(await store.jobs.get(idOf('job', 4))).toBeNull();
    // What is here already is never turned away.
    expect((await store.jobs.resume(idOf('job', 2), at(5))).outcome).toBe('ok');
  });

  describe('retire', () => {
    const keepAll = { jobsEndedBefore: null, eventsEndedBefore: null, keysBefore: at(0) };

    /** Job 1 ended at 10 s, job 2 at 20 s, job 3 waits. */
    async function addJobs(): Promise<void> {
      const { store } = current();
      await addModelAndDataset(store);
      for (const n of [1, 2]) {
        const { fence } = await startJob(store, n);
        await store.jobs.progress(fence, [recordOf(1)], 'reference/1', at(1001));
        await store.jobs.checkpoint(fence, 1, new Uint8Array([1]), at(1002));
        await store.jobs.finish(fence, resultOf(smallWeights), at(n * 10));
      }
      await store.jobs.submit(jobOf(3), at(3), { idempotency: key });
    }
    const typesOf = async (n: number) =>
      (await current().store.jobs.events(idOf('job', n), 0, 100)).map(({ type }) => type);

    it('keeps everything when told so', async () => {
      const { store } = current();
      await addJobs();
      expect(await store.jobs.retire(keepAll)).toEqual({ jobs: 0, events: 0, keys: 0 });
      expect(await count()).toBe(3);
    });

    it('deletes jobs that ended before a time; their versions stay', async () => {
      const { store } = current();
      await addJobs();
      expect(await store.jobs.retire({ ...keepAll, jobsEndedBefore: at(20) })).toMatchObject({ jobs: 1 });
      expect(await store.jobs.get(idOf('job', 1))).toBeNull();
      expect(await store.jobs.get(idOf('job', 2))).not.toBeNull();
      expect((await store.versions.get('m', 1))?.job).toBe(idOf('job', 1));
    });

    it('deletes progress and checkpoint events of jobs that ended; changes of state and history stay', async () => {
      const { store } = current();
      await addJobs();
      const cutoffs = { ...keepAll, eventsEndedBefore: at(20) };
      expect(await store.jobs.retire(cutoffs)).toMatchObject({ jobs: 0, events: 2 });
      expect(await typesOf(1)).toEqual(['queued', 'warning', 'started', 'warning', 'succeeded']);
      expect(await typesOf(2)).toContain('progress');
      expect(await store.jobs.history(idOf('job', 1))).toHaveLength(1);
      expect(await store.jobs.retire(cutoffs)).toMatchObject({ events: 0 });
      expect(await store.jobs.retire({ ...keepAll, eventsEndedBefore: at(21) })).toMatchObject({ events: 2 });
    });

    it('deletes idempotency keys of before a time', async () => {
      const { store } = current();
      await addJobs();
      expect(await store.jobs.retire({ ...keepAll, keysBefore: at(3) })).toMatchObject({ keys: 0 });
      expect(await store.jobs.retire({ ...keepAll, keysBefore: at(3.001) })).toMatchObject({ keys: 1 });
      expect(await store.jobs.replay(key)).toBeNull();
    });
  });
}
