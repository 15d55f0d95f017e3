/** Store contract: how trainers take jobs, and how jobs are taken back from trainers that died. */
import { describe, expect, it } from 'vitest';
import type { Current } from './store-contract.ts';
import {
  addModelAndDataset,
  at,
  claimJob,
  config,
  datasetOf,
  idOf,
  jobOf,
  recordOf,
  resultOf,
  smallWeights,
  startJob,
} from './store-fixtures.ts';

const bytes = (...values: number[]) => new Uint8Array(values);

export function claimsContract(current: Current): void {
  const typesOf = async (jobId: string) =>
    (await current().store.jobs.events(jobId, 0, 100)).map(({ type }) => type);

  describe('claim', () => {
    it('is null when nothing waits', async () => {
      expect(await current().store.jobs.claim('trainer', 1000, at(0))).toBeNull();
    });

    it('takes the highest priority first, then the oldest, then by id', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      await store.jobs.submit(jobOf(5, { priority: -1 }), at(0));
      await store.jobs.submit(jobOf(3), at(2));
      await store.jobs.submit(jobOf(2), at(2));
      await store.jobs.submit(jobOf(4), at(1));
      await store.jobs.submit(jobOf(1, { priority: 9 }), at(9));
      const order: number[] = [];
      for (let i = 0; i < 5; i++) order.push(Number((await claimJob(store)).fence.jobId.slice(4)));
      expect(order).toEqual([1, 4, 2, 3, 5]);
      expect(await store.jobs.claim('trainer', 1000, at(10))).toBeNull();
    });

    it('hands over everything that training needs', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const claimed = await startJob(store, 1);
      expect(claimed.fence).toEqual({ jobId: idOf('job', 1), attempt: 1 });
      expect(claimed.config).toEqual(config);
      expect(claimed.dataset).toEqual(datasetOf(1));
      expect(claimed.datasetPath).toBe(store.datasets.pathOf(datasetOf(1).file));
      expect(claimed.validation).toBeNull();
      expect(claimed.checkpoint).toBeNull();
      expect(claimed.job).toMatchObject({ state: 'running', attempt: 1, started_at: at(1000).toISOString() });
      expect(await typesOf(idOf('job', 1))).toEqual(['queued', 'warning', 'started']);
    });

    it('hands over the dataset to validate on, and keeps it from being deleted until the job has ended', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const other = datasetOf(2, { sha256: 'b'.repeat(64) });
      const job = jobOf(1, { config: { ...config, validation: { dataset: other.id } } });
      expect(await store.jobs.submit(job, at(1))).toEqual({ outcome: 'validation_dataset_gone' });
      await store.datasets.insert(other);
      await store.jobs.submit(job, at(1));
      expect(await store.datasets.delete(other.id)).toBe('in_use');

      const { fence, validation } = await claimJob(store);
      expect(validation).toEqual({ dataset: other, path: store.datasets.pathOf(other.file) });
      expect(await store.datasets.delete(other.id)).toBe('in_use');
      await store.jobs.finish(fence, resultOf(smallWeights), at(2));
      expect(await store.versions.get('m', 1)).toMatchObject({ validation_dataset_sha256: other.sha256 });
      expect(await store.datasets.delete(other.id)).toBe('deleted');
    });

    it('never gives one job to two claimers', async () => {
      const { store, another } = current();
      await addModelAndDataset(store);
      const count = 30;
      for (let n = 1; n <= count; n++) await store.jobs.submit(jobOf(n), at(n));
      const claimers = [store, await another(), await another()];
      const taken: string[] = [];
      await Promise.all(
        claimers.map(async (claimer, i) => {
          for (;;) {
            const claimed = await claimer.jobs.claim(`trainer-${i}`, 1000, at(100));
            if (!claimed) return;
            taken.push(claimed.fence.jobId);
          }
        }),
      );
      expect(taken.length).toBe(count);
      expect(new Set(taken).size).toBe(count);
      for (const claimer of claimers) if (claimer !== store) await claimer.close();
    });

    it('resumes from the last checkpoint and forgets the history past it', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      const epochs = [1, 2, 3].map((epoch) => recordOf(epoch, { validation_loss: epoch / 8 }));
      await store.jobs.progress(fence, epochs.slice(0, 2), 'reference/1', at(1001));
      await store.jobs.checkpoint(fence, 2, bytes(1, 2, 3), at(1002));
      await store.jobs.progress(fence, epochs.slice(2), 'reference/1', at(1003));
      await store.jobs.release(fence, at(1004));
      const again = await claimJob(store);
      expect(again.checkpoint).toEqual(bytes(1, 2, 3));
      expect(again.fence.attempt).toBe(2);
      expect(again.job).toMatchObject({ loss: 0.5, validation_loss: 0.25, progress: { epoch: 2 } });
      expect((await store.jobs.history(fence.jobId)).map(({ epoch }) => epoch)).toEqual([1, 2]);
      const resumed = (await store.jobs.events(fence.jobId, 0, 100)).at(-1);
      expect(resumed).toMatchObject({ type: 'resumed', data: { from_epoch: 2 } });
      const third = recordOf(3, { loss: 0.125 });
      expect(await store.jobs.progress(again.fence, [third], 'reference/1', at(1005))).toBe('ok');
      expect((await store.jobs.history(fence.jobId)).at(-1)).toEqual(third);
    });

    it('starts over when there is no checkpoint: no history of the first attempt is left', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      await store.jobs.progress(fence, [recordOf(1)], 'reference/1', at(1001));
      await store.jobs.release(fence, at(1002));
      const again = await claimJob(store);
      expect(again.checkpoint).toBeNull();
      expect(again.job).toMatchObject({ loss: null, validation_loss: null, progress: { epoch: 0 } });
      expect(await store.jobs.history(fence.jobId)).toEqual([]);
      const resumed = (await store.jobs.events(fence.jobId, 0, 100)).at(-1);
      expect(resumed).toMatchObject({ type: 'resumed', data: { from_epoch: 0 } });
    });

    it('forgets a history that is longer than one commit may delete', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      const records = Array.from({ length: 25_000 }, (_, i) => recordOf(i + 1));
      await store.jobs.progress(fence, records.slice(0, 1), 'reference/1', at(1001));
      await store.jobs.checkpoint(fence, 1, bytes(1), at(1002));
      await store.jobs.progress(fence, records.slice(1), 'reference/1', at(1003));
      await store.jobs.release(fence, at(1004));
      const waiting = await startJob(store, 2);
      expect(waiting.fence.jobId).toBe(fence.jobId);
      expect(await store.jobs.history(fence.jobId)).toEqual(records.slice(0, 1));
    });

    it('goes on from the checkpoint before one that its trainer could not use', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      await store.jobs.progress(fence, [recordOf(1), recordOf(2)], 'reference/1', at(1001));
      await store.jobs.checkpoint(fence, 1, bytes(1), at(1002));
      await store.jobs.checkpoint(fence, 2, bytes(2), at(1003));
      await store.jobs.release(fence, at(1004));
      for (const expected of [bytes(1), null]) {
        const claimed = await claimJob(store);
        expect(await store.jobs.discardCheckpoint(claimed.fence, 'of another format', at(1005))).toBe('ok');
        expect(await store.jobs.get(fence.jobId)).toMatchObject({ state: 'queued' });
        const last = (await store.jobs.events(fence.jobId, 0, 100)).slice(-2);
        expect(last).toMatchObject([
          { type: 'released', data: { reason: 'discard' } },
          { type: 'warning', data: { code: 'checkpoint_unusable' } },
        ]);
        const again = await claimJob(store);
        expect(again.checkpoint).toEqual(expected);
        expect(again.job.progress.epoch).toBe(expected?.[0] ?? 0);
        await store.jobs.release(again.fence, at(1006));
      }
      const { warnings } = (await store.jobs.get(fence.jobId))!;
      expect(warnings.slice(-2).map(({ message }) => message)).toEqual([
        expect.stringMatching(/after epoch 2 .*: of another format$/),
        expect.stringMatching(/after epoch 1 .*: of another format$/),
      ]);
    });

    it('keeps the time of the first start', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      await store.jobs.submit(jobOf(1), at(1));
      const first = await store.jobs.claim('trainer', 1000, at(5));
      await store.jobs.release(first!.fence, at(6));
      const second = await store.jobs.claim('trainer', 1000, at(7));
      expect(second?.job.started_at).toBe(at(5).toISOString());
    });
  });

  describe('a job that starts from a version', () => {
    const initial = { model: 'm', version: 1 };
    const starting = () => jobOf(2, { config: { ...config, initialize_from: initial } });

    async function addVersion(): Promise<void> {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      await store.jobs.finish(fence, resultOf(smallWeights), at(2));
    }

    it('is handed the version with its weights, until it has a checkpoint', async () => {
      const { store } = current();
      await addVersion();
      await store.jobs.submit(starting(), at(3));
      const { fence, initial: given } = await claimJob(store);
      expect(given).toMatchObject({ trained: resultOf(smallWeights).trained, weights: smallWeights });
      await store.jobs.progress(fence, [recordOf(1)], 'reference/1', at(1001));
      await store.jobs.checkpoint(fence, 1, bytes(1), at(1002));
      await store.jobs.release(fence, at(1003));
      expect(await claimJob(store)).toMatchObject({ initial: null, checkpoint: bytes(1) });
    });

    it('keeps the version and its model until it has ended', async () => {
      const { store } = current();
      await addVersion();
      await store.models.put('n', config, at(0));
      await store.jobs.submit({ ...starting(), model: 'n' }, at(3));
      expect(await store.versions.delete('m', 1)).toBe('in_use');
      expect(await store.models.delete('m')).toBe('in_use');
      await store.jobs.cancel(idOf('job', 2), at(4));
      expect(await store.versions.delete('m', 1)).toBe('deleted');
      expect(await store.models.delete('m')).toBe('deleted');
    });

    it('is not stored when the version is gone', async () => {
      const { store } = current();
      await addVersion();
      await store.versions.delete('m', 1);
      expect(await store.jobs.submit(starting(), at(3))).toEqual({ outcome: 'initial_version_gone' });
      expect(await store.jobs.get(idOf('job', 2))).toBeNull();
    });

    it('has none to be handed where it names none', async () => {
      await addVersion();
      await current().store.jobs.submit(jobOf(3), at(3));
      expect((await claimJob(current().store)).initial).toBeNull();
    });
  });

  describe('crashes', () => {
    const jobId = idOf('job', 1);

    it('releaseOwner gives back only that owner’s jobs', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      await startJob(store, 1, 'dead');
      const alive = await startJob(store, 2, 'alive');
      expect(await store.jobs.releaseOwner('dead', at(1001))).toBe(1);
      expect(await store.jobs.releaseOwner('dead', at(1002))).toBe(0);
      expect(await store.jobs.get(jobId)).toMatchObject({ state: 'queued', finished_at: null });
      expect(await store.jobs.standing(alive.fence)).toBe('held');
      const last = (await store.jobs.events(jobId, 0, 100)).at(-1);
      expect(last).toMatchObject({ type: 'released', data: { reason: 'crash', crashes: 1 } });
    });

    it('releaseExpired takes only leases that have run out; a renewed one holds', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const lost = await startJob(store, 1);
      const renewed = await startJob(store, 2);
      expect(await store.jobs.releaseExpired(at(1015))).toBe(0);
      expect(await store.jobs.renew(renewed.fence, 15_000, at(1010))).toBe('ok');
      expect(await store.jobs.expiredOwners(at(1015))).toEqual([]);
      expect(await store.jobs.expiredOwners(at(1016))).toEqual(['trainer']);
      expect(await store.jobs.releaseExpired(at(1016))).toBe(1);
      expect(await store.jobs.expiredOwners(at(1016))).toEqual([]);
      expect(await store.jobs.standing(lost.fence)).toBe('lost');
      expect(await store.jobs.standing(renewed.fence)).toBe('held');
    });

    it('releaseAll gives back every running job', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      await startJob(store, 1, 'a');
      await startJob(store, 2, 'b');
      await store.jobs.submit(jobOf(3), at(3));
      expect(await store.jobs.releaseAll(at(1001))).toBe(2);
      expect((await store.jobs.list({ limit: 10, state: 'queued' })).items.length).toBe(3);
    });

    async function crash(store: ReturnType<Current>['store']): Promise<void> {
      await claimJob(store, 'dying');
      await store.jobs.releaseOwner('dying', at(1001));
    }

    it('the third in a row without a checkpoint is poison', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      await store.jobs.submit(jobOf(1), at(1));
      for (let i = 0; i < 2; i++) await crash(store);
      expect(await store.jobs.get(jobId)).toMatchObject({ state: 'queued' });
      await crash(store);
      expect(await store.jobs.get(jobId)).toMatchObject({
        state: 'failed',
        stop_reason: 'poison',
        error: { code: 'poison' },
        finished_at: at(1001).toISOString(),
      });
      const last = (await store.jobs.events(jobId, 0, 100)).at(-1);
      expect(last).toMatchObject({ type: 'failed', data: { code: 'poison' } });
      expect(await store.jobs.claim('trainer', 1000, at(1002))).toBeNull();
    });

    it('a checkpoint starts the count again; a drain adds nothing to it', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      await store.jobs.submit(jobOf(1), at(1));
      for (let i = 0; i < 2; i++) await crash(store);
      const { fence } = await claimJob(store);
      await store.jobs.progress(fence, [recordOf(1)], 'reference/1', at(1001));
      await store.jobs.checkpoint(fence, 1, bytes(1), at(1002));
      await store.jobs.release(fence, at(1003));
      for (let i = 0; i < 5; i++) await store.jobs.release((await claimJob(store)).fence, at(1004));
      for (let i = 0; i < 2; i++) await crash(store);
      expect(await store.jobs.get(jobId)).toMatchObject({ state: 'queued', attempt: 10 });
      await crash(store);
      expect(await store.jobs.get(jobId)).toMatchObject({ state: 'failed', stop_reason: 'poison' });
    });
  });
}
