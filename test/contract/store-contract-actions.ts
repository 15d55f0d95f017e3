/** Store contract: what clients may ask of a job, in every state that it can be in. */
import { describe, expect, it } from 'vitest';
import type { JobState } from '../../src/contracts/job.ts';
import type { ActionResult, Fence, Store } from '../../src/store/ports.ts';
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

const jobId = idOf('job', 1);
const failure = { code: 'diverged', message: 'epoch 3: the loss is NaN', stopReason: 'diverged' } as const;

/** Brings job 1 into a state. */
const reach: Record<JobState, (store: Store) => Promise<unknown>> = {
  queued: (store) => store.jobs.submit(jobOf(1), at(1)),
  running: (store) => startJob(store, 1),
  async paused(store) {
    await store.jobs.submit(jobOf(1), at(1));
    await store.jobs.pause(jobId, at(2));
  },
  async succeeded(store) {
    const { fence } = await startJob(store, 1);
    await store.jobs.finish(fence, resultOf(smallWeights), at(3));
  },
  async failed(store) {
    const { fence } = await startJob(store, 1);
    await store.jobs.fail(fence, failure, at(3));
  },
  async cancelled(store) {
    await store.jobs.submit(jobOf(1), at(1));
    await store.jobs.cancel(jobId, at(2));
  },
};
const states = Object.keys(reach) as JobState[];

/** The state that a job in a state is in after the action; null where that is a conflict. */
const outcomes: Record<'cancel' | 'pause' | 'resume', Record<JobState, JobState | null>> = {
  cancel: {
    queued: 'cancelled',
    running: 'cancelled',
    paused: 'cancelled',
    succeeded: null,
    failed: null,
    cancelled: 'cancelled',
  },
  pause: {
    queued: 'paused',
    running: 'running',
    paused: 'paused',
    succeeded: null,
    failed: null,
    cancelled: null,
  },
  resume: { queued: null, running: null, paused: 'queued', succeeded: null, failed: null, cancelled: null },
};

export function actionsContract(current: Current): void {
  const typesOf = async (id: string) =>
    (await current().store.jobs.events(id, 0, 100)).map(({ type }) => type);
  const lastEvent = async () => (await current().store.jobs.events(jobId, 0, 100)).at(-1);

  describe.each(['cancel', 'pause', 'resume'] as const)('%s', (action) => {
    it.each(states)('of a %s job', async (state) => {
      const { store } = current();
      await addModelAndDataset(store);
      await reach[state](store);
      const before = await store.jobs.events(jobId, 0, 100);
      const expected = outcomes[action][state];
      const result = await store.jobs[action](jobId, at(10));
      if (expected === null) expect(result).toEqual({ outcome: 'conflict', state });
      else expect(result).toMatchObject({ outcome: 'ok', job: { state: expected } });
      expect((await store.jobs.get(jobId))?.state).toBe(expected ?? state);
      // One event for a state that changed, none for one that did not.
      const events = await store.jobs.events(jobId, 0, 100);
      expect(events.length - before.length).toBe(expected === null || expected === state ? 0 : 1);
    });

    it('of a job that never was', async () => {
      const result: ActionResult = await current().store.jobs[action](idOf('job', 9), at(1));
      expect(result).toEqual({ outcome: 'not_found' });
    });
  });

  describe('delete', () => {
    it.each(['queued', 'running', 'paused'] as const)('of a %s job is a conflict', async (state) => {
      const { store } = current();
      await addModelAndDataset(store);
      await reach[state](store);
      expect(await store.jobs.delete(jobId)).toEqual({ outcome: 'conflict', state });
      expect((await store.jobs.get(jobId))?.state).toBe(state);
    });

    it.each(['succeeded', 'failed', 'cancelled'] as const)(
      'of a %s job leaves nothing of it',
      async (state) => {
        const { store } = current();
        await addModelAndDataset(store);
        await reach[state](store);
        expect(await store.jobs.delete(jobId)).toBe('deleted');
        expect(await store.jobs.get(jobId)).toBeNull();
        expect(await store.jobs.history(jobId)).toEqual([]);
        expect(await store.jobs.events(jobId, 0, 10)).toEqual([]);
        expect(await store.jobs.delete(jobId)).toEqual({ outcome: 'not_found' });
        const version = await store.versions.get('m', 1);
        expect(version?.job ?? null).toBe(state === 'succeeded' ? jobId : null);
      },
    );

    it('takes a history that is longer than one commit may delete', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      const records = Array.from({ length: 12_000 }, (_, i) => recordOf(i + 1));
      await store.jobs.progress(fence, records, 'reference/1', at(1001));
      await store.jobs.cancel(jobId, at(1002));
      expect(await store.jobs.delete(jobId)).toBe('deleted');
      expect(await store.jobs.history(jobId)).toEqual([]);
    });
  });

  describe('a pause of a running job', () => {
    const askToPause = async (): Promise<Fence> => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      await store.jobs.progress(fence, [recordOf(1)], 'reference/1', at(1001));
      await store.jobs.checkpoint(fence, 1, new Uint8Array([1]), at(1002));
      await store.jobs.pause(jobId, at(1003));
      return fence;
    };

    it('is seen by its trainer, and comes true when it lets go', async () => {
      const { store } = current();
      const fence = await askToPause();
      expect(await store.jobs.standing(fence)).toBe('pause');
      expect(await store.jobs.pause(jobId, at(1003))).toMatchObject({
        outcome: 'ok',
        job: { state: 'running' },
      });
      expect(await store.jobs.renew(fence, 1000, at(1004))).toBe('ok');
      expect(await store.jobs.release(fence, at(1005))).toBe('ok');
      expect(await store.jobs.get(jobId)).toMatchObject({ state: 'paused', finished_at: null });
      expect(await lastEvent()).toMatchObject({ type: 'paused', data: { reason: 'request' } });
      expect(await store.jobs.claim('trainer', 1000, at(1006))).toBeNull();
    });

    it('goes on from its checkpoint when it is resumed', async () => {
      const { store } = current();
      const fence = await askToPause();
      await store.jobs.release(fence, at(1005));
      await store.jobs.resume(jobId, at(1006));
      expect(await lastEvent()).toMatchObject({ type: 'queued', data: { reason: 'resume' } });
      const again = await claimJob(store);
      expect(again.checkpoint).toEqual(new Uint8Array([1]));
      expect(await store.jobs.standing(again.fence)).toBe('held');
      expect(await lastEvent()).toMatchObject({ type: 'resumed', data: { from_epoch: 1 } });
    });

    it('can be taken back before the trainer has let go', async () => {
      const { store } = current();
      const fence = await askToPause();
      expect(await store.jobs.resume(jobId, at(1004))).toMatchObject({
        outcome: 'ok',
        job: { state: 'running' },
      });
      expect(await store.jobs.standing(fence)).toBe('held');
      await store.jobs.release(fence, at(1005));
      expect(await store.jobs.get(jobId)).toMatchObject({ state: 'queued' });
    });

    it('comes true too when its trainer dies or its lease runs out; the crash counts', async () => {
      const { store } = current();
      await askToPause();
      expect(await store.jobs.releaseExpired(at(5000))).toBe(1);
      expect(await store.jobs.get(jobId)).toMatchObject({ state: 'paused' });
      expect(await lastEvent()).toMatchObject({ type: 'paused', data: { reason: 'crash', crashes: 1 } });
      expect(await store.jobs.claim('trainer', 1000, at(5001))).toBeNull();
    });

    it.each([
      ['finish', (store: Store, fence: Fence) => store.jobs.finish(fence, resultOf(smallWeights), at(1004))],
      ['fail', (store: Store, fence: Fence) => store.jobs.fail(fence, failure, at(1004))],
      ['cancel', (store: Store) => store.jobs.cancel(jobId, at(1004))],
    ])('may lose against a %s: one end, and no pause', async (_, end) => {
      const { store } = current();
      await end(store, await askToPause());
      const types = await typesOf(jobId);
      expect(types.filter((type) => ['succeeded', 'failed', 'cancelled'].includes(type))).toHaveLength(1);
      expect(types).not.toContain('paused');
    });
  });

  it('a paused job keeps its dataset and its model', async () => {
    const { store } = current();
    await addModelAndDataset(store);
    await reach.paused(store);
    expect(await store.datasets.delete(idOf('ds', 1))).toBe('in_use');
    expect(await store.models.delete('m')).toBe('in_use');
    await store.jobs.cancel(jobId, at(3));
    expect(await store.models.delete('m')).toBe('deleted');
    expect(await store.datasets.delete(idOf('ds', 1))).toBe('deleted');
  });

  it('a resumed job has its old place in the queue', async () => {
    const { store } = current();
    await addModelAndDataset(store);
    await reach.paused(store);
    await store.jobs.submit(jobOf(2), at(2));
    await store.jobs.resume(jobId, at(3));
    expect((await claimJob(store)).fence.jobId).toBe(jobId);
  });
}
