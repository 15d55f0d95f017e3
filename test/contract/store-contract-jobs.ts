/** Store contract: a job's way from the queue to its end. */
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

export function jobsContract(current: Current): void {
  const typesOf = async (jobId: string) =>
    (await current().store.jobs.events(jobId, 0, 100)).map(({ type }) => type);

  describe('submit', () => {
    it('commits the job with its first event', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const submitted = await store.jobs.submit(jobOf(1, { priority: 5 }), at(1));
      const job = {
        id: idOf('job', 1),
        kind: 'train',
        model: 'm',
        dataset: idOf('ds', 1),
        state: 'queued',
        stop_reason: null,
        progress: { epoch: 0, epochs: 100, fraction: 0, eta_seconds: null },
        loss: null,
        validation_loss: null,
        metrics: null,
        version: null,
        verification: null,
        attempt: 0,
        engine: null,
        warnings: jobOf(1).warnings,
        error: null,
        config,
        priority: 5,
        created_at: at(1).toISOString(),
        started_at: null,
        finished_at: null,
      };
      expect(submitted).toEqual({ outcome: 'ok', job });
      expect(await store.jobs.get(job.id)).toEqual(job);
      const events = await store.jobs.events(job.id, 0, 100);
      expect(events).toEqual([
        { id: 1, type: 'queued', at: at(1).toISOString(), data: { reason: 'submit' } },
        { id: 2, type: 'warning', at: at(1).toISOString(), data: jobOf(1).warnings[0] },
      ]);
    });

    it('counts by state', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const none = { queued: 0, running: 0, paused: 0, succeeded: 0, failed: 0, cancelled: 0 };
      expect(await store.jobs.countByState()).toEqual(none);
      for (const number of [1, 2, 3]) await store.jobs.submit(jobOf(number), at(number));
      await store.jobs.cancel(idOf('job', 2), at(4));
      expect(await store.jobs.countByState()).toEqual({ ...none, queued: 2, cancelled: 1 });
    });

    it('stores nothing when the model or the dataset is gone', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      expect(await store.jobs.submit(jobOf(1, { model: 'n' }), at(1))).toEqual({ outcome: 'model_gone' });
      const other = jobOf(1, { dataset: idOf('ds', 9) });
      expect(await store.jobs.submit(other, at(1))).toEqual({ outcome: 'dataset_gone' });
      expect(await store.jobs.get(idOf('job', 1))).toBeNull();
    });

    it('refuses the same id twice', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      await store.jobs.submit(jobOf(1), at(1));
      await expect(store.jobs.submit(jobOf(1), at(2))).rejects.toThrow();
      expect(await typesOf(idOf('job', 1))).toEqual(['queued', 'warning']);
    });
  });

  describe('list', () => {
    it('filters by state, model and dataset, newest first, page by page', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      await store.models.put('n', config, at(0));
      await store.datasets.insert(datasetOf(2));
      await startJob(store, 1);
      await store.jobs.submit(jobOf(2, { model: 'n' }), at(2));
      await store.jobs.submit(jobOf(3, { dataset: idOf('ds', 2) }), at(3));
      await store.jobs.submit(jobOf(4), at(3));
      const list = async (query: object) =>
        (await store.jobs.list({ limit: 10, ...query })).items.map(({ id }) => Number(id.slice(4)));
      expect(await list({})).toEqual([4, 3, 2, 1]);
      expect(await list({ state: 'queued' })).toEqual([4, 3, 2]);
      expect(await list({ state: 'running' })).toEqual([1]);
      expect(await list({ model: 'm' })).toEqual([4, 3, 1]);
      expect(await list({ dataset: idOf('ds', 2) })).toEqual([3]);
      expect(await list({ state: 'queued', model: 'm', dataset: idOf('ds', 1) })).toEqual([4]);
      expect(await list({ model: 'absent' })).toEqual([]);
      const first = await store.jobs.list({ limit: 2, model: 'm' });
      expect(await list({ limit: 2, model: 'm', cursor: first.next_cursor })).toEqual([1]);
    });
  });

  describe('progress and history', () => {
    it('shows the last epoch on the job and every epoch in the history', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      const records = [1, 2, 3, 4].map((epoch) =>
        recordOf(epoch, { validation_loss: epoch === 4 ? 0.3 : null }),
      );
      expect(await store.jobs.progress(fence, records.slice(0, 3), 'reference/1', at(1001))).toBe('ok');
      expect(await store.jobs.progress(fence, records.slice(3), 'reference/1', at(1002))).toBe('ok');
      expect(await store.jobs.history(fence.jobId)).toEqual(records);
      const job = await store.jobs.get(fence.jobId);
      expect(job).toMatchObject({ loss: 0.25, validation_loss: 0.3, engine: 'reference/1' });
      expect(job?.progress).toMatchObject({ epoch: 4, epochs: 100, fraction: 0.04 });
      const events = await store.jobs.events(fence.jobId, 3, 100);
      expect(events).toEqual([
        { id: 4, type: 'progress', at: at(1001).toISOString(), data: { ...records[2], epochs: 100 } },
        { id: 5, type: 'progress', at: at(1002).toISOString(), data: { ...records[3], epochs: 100 } },
      ]);
    });

    it('reads back a history longer than one chunk, in order', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      const records = Array.from({ length: 12_000 }, (_, i) => recordOf(i + 1));
      await store.jobs.progress(fence, records, 'reference/1', at(1001));
      expect(await store.jobs.history(fence.jobId)).toEqual(records);
    });

    it.each([
      ['loss', { loss: Number.NaN }],
      ['loss', { loss: Number.POSITIVE_INFINITY }],
      ['validation_loss', { validation_loss: Number.NaN }],
      ['accuracy', { metrics: { accuracy: Number.NaN } }],
      ['seconds', { seconds: Number.NaN }],
    ])('refuses a %s of %j and changes nothing', async (name, change) => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      const before = await store.jobs.get(fence.jobId);
      const records = [recordOf(1), recordOf(2, change)];
      await expect(store.jobs.progress(fence, records, 'reference/1', at(1001))).rejects.toThrow(name);
      expect(await store.jobs.history(fence.jobId)).toEqual([]);
      expect(await store.jobs.get(fence.jobId)).toEqual(before);
      expect(await typesOf(fence.jobId)).toEqual(['queued', 'warning', 'started']);
    });

    it('refuses an epoch twice and an empty group', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      await store.jobs.progress(fence, [recordOf(1)], 'reference/1', at(1001));
      await expect(store.jobs.progress(fence, [recordOf(1)], 'reference/1', at(1002))).rejects.toThrow();
      await expect(store.jobs.progress(fence, [], 'reference/1', at(1002))).rejects.toThrow('at least one');
      expect(await store.jobs.history(fence.jobId)).toEqual([recordOf(1)]);
    });

    it('refuses a checkpoint ahead of the history', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      await expect(store.jobs.checkpoint(fence, 1, bytes(1), at(1001))).rejects.toThrow(
        'progress was written up to 0',
      );
      await store.jobs.release(fence, at(1002));
      expect((await claimJob(store)).checkpoint).toBeNull();
    });

    it('pages events after an id, oldest first', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      for (let epoch = 1; epoch <= 5; epoch++) {
        await store.jobs.progress(fence, [recordOf(epoch)], 'reference/1', at(1000 + epoch));
      }
      const page = await store.jobs.events(fence.jobId, 4, 2);
      expect(page.map(({ id }) => id)).toEqual([5, 6]);
      expect(await store.jobs.events(fence.jobId, 8, 2)).toEqual([]);
      expect(await store.jobs.events(idOf('job', 9), 0, 2)).toEqual([]);
    });
  });

  describe('ends', () => {
    it('finish: version, metrics, warnings, state and event in one commit', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      await store.jobs.progress(fence, [recordOf(1)], 'reference/1', at(1001));
      await store.jobs.finish(fence, resultOf(smallWeights), at(1002));
      const job = await store.jobs.get(fence.jobId);
      expect(job).toMatchObject({
        state: 'succeeded',
        stop_reason: 'converged',
        version: 1,
        metrics: resultOf(smallWeights).metrics,
        finished_at: at(1002).toISOString(),
        progress: { epoch: 1, fraction: 1, eta_seconds: null },
      });
      expect(job?.warnings.map(({ code }) => code)).toEqual(['at_submit', 'at_the_end']);
      const last = (await store.jobs.events(fence.jobId, 0, 100)).at(-1);
      expect(last).toMatchObject({ type: 'succeeded', data: { version: 1, stop_reason: 'converged' } });
    });

    it.each([
      [
        'a metric that is not finite',
        { metrics: { train: { rows: 1, mse: Number.NaN } as never, validation: null } },
      ],
      ['weights that are not those of the hash', { weightsSha256: '0'.repeat(64) }],
    ])('finish refuses %s and changes nothing', async (_name, change) => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      await expect(store.jobs.finish(fence, resultOf(smallWeights, change), at(2))).rejects.toThrow();
      expect(await store.jobs.get(fence.jobId)).toMatchObject({ state: 'running' });
      expect(await store.versions.resolve('m', 'latest')).toBeNull();
      await store.jobs.finish(fence, resultOf(smallWeights), at(3));
      expect((await store.versions.resolve('m', 'latest'))?.version).toBe(1);
    });

    it('fail: code, message, stop reason, no version', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      const failure = {
        code: 'diverged',
        message: 'epoch 3: the loss is NaN',
        stopReason: 'diverged',
      } as const;
      expect(await store.jobs.fail(fence, failure, at(1001))).toBe('ok');
      expect(await store.jobs.get(fence.jobId)).toMatchObject({
        state: 'failed',
        stop_reason: 'diverged',
        error: { code: 'diverged', message: failure.message },
        version: null,
        finished_at: at(1001).toISOString(),
      });
      expect((await typesOf(fence.jobId)).at(-1)).toBe('failed');
      expect(await store.models.delete('m')).toBe('deleted');
    });

    it('cancel: at once from any state that has not ended; again it is the same answer', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      await store.jobs.submit(jobOf(2), at(2));
      for (const id of [fence.jobId, idOf('job', 2)]) {
        const first = await store.jobs.cancel(id, at(1001));
        expect(first).toMatchObject({ outcome: 'ok', job: { state: 'cancelled', stop_reason: 'cancelled' } });
        expect(await store.jobs.cancel(id, at(1002))).toEqual(first);
        expect((await typesOf(id)).filter((type) => type === 'cancelled').length).toBe(1);
      }
      expect(await store.jobs.claim('trainer', 1000, at(1003))).toBeNull();
    });

    it('cancel: a conflict for a job that has ended otherwise', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      await store.jobs.finish(fence, resultOf(smallWeights), at(1001));
      expect(await store.jobs.cancel(fence.jobId, at(1002))).toEqual({
        outcome: 'conflict',
        state: 'succeeded',
      });
      expect(await store.jobs.cancel(idOf('job', 9), at(1002))).toEqual({ outcome: 'not_found' });
    });
  });

  it('answers a ping', async () => {
    await expect(current().store.ping()).resolves.toBeUndefined();
  });
}
