/** Store contract: a trainer whose claim is over can change nothing. */
import { describe, expect, it } from 'vitest';
import type { Fence, FencedResult, Store } from '../../src/store/ports.ts';
import type { Current } from './store-contract.ts';
import {
  addModelAndDataset,
  at,
  claimJob,
  recordOf,
  resultOf,
  smallWeights,
  startJob,
} from './store-fixtures.ts';

const failure = { code: 'internal', message: 'late', stopReason: 'failed' } as const;
const large = new Uint8Array(5 * 1024 * 1024);

/** Every write of a trainer. */
const writes: Record<string, (store: Store, fence: Fence) => Promise<FencedResult>> = {
  renew: ({ jobs }, fence) => jobs.renew(fence, 60_000, at(2000)),
  progress: ({ jobs }, fence) => jobs.progress(fence, [recordOf(2)], 'late/1', at(2000)),
  checkpoint: ({ jobs }, fence) => jobs.checkpoint(fence, 1, new Uint8Array([9]), at(2000)),
  'checkpoint of 5 MiB': ({ jobs }, fence) => jobs.checkpoint(fence, 1, large, at(2000)),
  finish: ({ jobs }, fence) => jobs.finish(fence, resultOf(smallWeights), at(2000)),
  'finish with 5 MiB': ({ jobs }, fence) => jobs.finish(fence, resultOf(large), at(2000)),
  fail: ({ jobs }, fence) => jobs.fail(fence, failure, at(2000)),
  release: ({ jobs }, fence) => jobs.release(fence, at(2000)),
  discardCheckpoint: ({ jobs }, fence) => jobs.discardCheckpoint(fence, 'late', at(2000)),
};

/** How a claim can end under a trainer that does not know it yet. */
const losses: Record<string, (store: Store, fence: Fence) => Promise<unknown>> = {
  'another claim': async (store) => {
    await store.jobs.releaseAll(at(1500));
    return claimJob(store, 'successor');
  },
  'a crash count': (store) => store.jobs.releaseAll(at(1500)),
  'a pause': async (store, fence) => {
    await store.jobs.pause(fence.jobId, at(1400));
    await store.jobs.release(fence, at(1500));
  },
  'a cancel': (store, fence) => store.jobs.cancel(fence.jobId, at(1500)),
  'its own end': (store, fence) => store.jobs.finish(fence, resultOf(smallWeights), at(1500)),
};

async function snapshot(store: Store, jobId: string): Promise<unknown> {
  return {
    job: await store.jobs.get(jobId),
    history: await store.jobs.history(jobId),
    events: await store.jobs.events(jobId, 0, 1000),
    versions: await store.versions.list('m', { limit: 10 }),
  };
}

export function fencesContract(current: Current): void {
  describe.each(Object.entries(losses))('after %s', (_loss, lose) => {
    it.each(Object.entries(writes))(
      '%s by the old attempt is lost and changes nothing',
      async (_write, write) => {
        const { store } = current();
        await addModelAndDataset(store);
        const { fence } = await startJob(store, 1);
        await store.jobs.progress(fence, [recordOf(1)], 'reference/1', at(1001));
        await store.jobs.checkpoint(fence, 1, new Uint8Array([1]), at(1002));
        await lose(store, fence);
        const before = await snapshot(store, fence.jobId);
        expect(await store.jobs.standing(fence)).toBe('lost');
        expect(await write(store, fence)).toBe('lost');
        expect(await snapshot(store, fence.jobId)).toEqual(before);
      },
    );
  });

  it.each(Object.entries(writes))(
    '%s by the present attempt is ok: the fence is no wall',
    async (_write, write) => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      await store.jobs.progress(fence, [recordOf(1)], 'reference/1', at(1001));
      expect(await write(store, fence)).toBe('ok');
    },
  );

  it('a late checkpoint leaves the successor’s in place', async () => {
    const { store } = current();
    await addModelAndDataset(store);
    const first = await startJob(store, 1, 'first');
    await store.jobs.progress(first.fence, [recordOf(1)], 'reference/1', at(1001));
    await store.jobs.checkpoint(first.fence, 1, new Uint8Array([1]), at(1002));
    await store.jobs.releaseOwner('first', at(1003));
    const second = await claimJob(store, 'second');
    expect(await store.jobs.checkpoint(first.fence, 1, new Uint8Array([9]), at(1004))).toBe('lost');
    await store.jobs.release(second.fence, at(1005));
    expect((await claimJob(store)).checkpoint).toEqual(new Uint8Array([1]));
  });

  it('a fence on a job that never was is lost', async () => {
    const { store } = current();
    for (const write of Object.values(writes)) {
      expect(await write(store, { jobId: 'job_unknown', attempt: 1 })).toBe('lost');
    }
  });
}
