/** Store contract: the order of all events, how often progress is told, and how fast a job says that it is. */
import { describe, expect, it } from 'vitest';
import type { Current } from './store-contract.ts';
import {
  addModelAndDataset,
  at,
  claimJob,
  idOf,
  jobOf,
  recordOf,
  resultOf,
  smallWeights,
  startJob,
} from './store-fixtures.ts';

export function eventsContract(current: Current): void {
  const told = async (id: string) =>
    (await current().store.jobs.events(id, 0, 1000)).flatMap((event) =>
      event.type === 'progress' ? [event.data.epoch] : [],
    );

  describe('the events of all jobs', () => {
    it('come in the order of their commits, past a position', async () => {
      const { store } = current();
      expect(await store.jobs.lastPosition()).toBe(0);
      await addModelAndDataset(store);
      await store.jobs.submit(jobOf(2, { warnings: [] }), at(9));
      await store.jobs.submit(jobOf(1, { warnings: [] }), at(8));
      await store.jobs.cancel(idOf('job', 2), at(7));
      const all = await store.jobs.eventsPast(0, 100);
      expect(all.map(({ jobId, event }) => [jobId, event.id, event.type])).toEqual([
        [idOf('job', 2), 1, 'queued'],
        [idOf('job', 1), 1, 'queued'],
        [idOf('job', 2), 2, 'cancelled'],
      ]);
      expect(all.at(-1)?.position).toBe(await store.jobs.lastPosition());
      expect(await store.jobs.eventsPast(all[0]!.position, 1)).toEqual([all[1]]);
      expect(all[2]?.event).toEqual((await store.jobs.events(idOf('job', 2), 1, 1))[0]);
    });

    it('never use a position again', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      await store.jobs.submit(jobOf(1), at(1));
      await store.jobs.cancel(idOf('job', 1), at(2));
      const last = await store.jobs.lastPosition();
      await store.jobs.delete(idOf('job', 1));
      await store.jobs.submit(jobOf(2), at(3));
      expect((await store.jobs.eventsPast(last, 10)).map(({ jobId }) => jobId)).toEqual([
        idOf('job', 2),
        idOf('job', 2),
      ]);
    });
  });

  describe('progress events', () => {
    it('come at most ten a second, the latest first told; the end adds the last epoch', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      for (let epoch = 1; epoch <= 101; epoch++) {
        await store.jobs.progress(fence, [recordOf(epoch)], 'reference/1', at(1000 + epoch / 100));
      }
      const epochs = await told(fence.jobId);
      expect(epochs).toEqual([1, 14, 27, 40, 53, 66, 79, 92]);
      await store.jobs.finish(fence, resultOf(smallWeights), at(1001.02));
      expect(await told(fence.jobId)).toEqual([...epochs, 101]);
      const types = (await store.jobs.events(fence.jobId, 0, 100)).map(({ type }) => type);
      expect(types.slice(-3)).toEqual(['progress', 'warning', 'succeeded']);
    });

    it('are not told twice by an end', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      await store.jobs.progress(fence, [recordOf(1)], 'reference/1', at(1001));
      await store.jobs.release(fence, at(1001.01));
      expect(await told(fence.jobId)).toEqual([1]);
    });

    it('are told again for epochs that are done again', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      await store.jobs.progress(fence, [recordOf(1), recordOf(2)], 'reference/1', at(1001));
      await store.jobs.release(fence, at(1002));
      const again = await claimJob(store);
      await store.jobs.progress(again.fence, [recordOf(1)], 'reference/1', at(1003));
      expect(await told(fence.jobId)).toEqual([2, 1]);
    });
  });

  it('a warning is an event in the commit that adds it; of very many the last says how many more there are', async () => {
    const { store } = current();
    await addModelAndDataset(store);
    const warnings = Array.from({ length: 10_000 }, (_, i) => ({
      code: 'constant_feature',
      message: `${i}`,
    }));
    await store.jobs.submit(jobOf(1, { warnings }), at(1));
    const events = await store.jobs.events(idOf('job', 1), 0, 1000);
    expect(events).toHaveLength(102);
    expect(events.at(-1)).toMatchObject({
      type: 'warning',
      data: { code: 'more_warnings', message: 'and 9900 more: the job lists them all' },
    });
    expect((await store.jobs.get(idOf('job', 1)))?.warnings).toHaveLength(10_000);
  });
}
