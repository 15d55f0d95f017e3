/** Store contract: jobs that train a version again to compare. */
import { describe, expect, it } from 'vitest';
import type { JobResult } from '../../src/store/ports.ts';
import type { Current } from './store-contract.ts';
import {
  addModelAndDataset,
  at,
  claimJob,
  finishJob,
  jobOf,
  resultOf,
  sha256,
  smallWeights,
} from './store-fixtures.ts';

const otherWeights = smallWeights.slice().fill(1);

export function verifyContract(current: Current): void {
  describe('a job that verifies a version', () => {
    async function verify(changes: Partial<JobResult> = {}) {
      const { store } = current();
      await addModelAndDataset(store);
      await finishJob(store, 1);
      const submitted = await store.jobs.submit(jobOf(2, { verifies: 1 }), at(20));
      expect(submitted).toMatchObject({ outcome: 'ok', job: { kind: 'verify', verification: null } });
      const { fence, job } = await claimJob(store);
      expect(job).toMatchObject({ kind: 'verify', version: null });
      const result = resultOf(changes.weights ?? smallWeights, changes);
      expect(await store.jobs.finish(fence, result, at(30))).toBe('ok');
      return (await store.jobs.get(fence.jobId))!;
    }

    const expected_weights_sha256 = sha256(smallWeights);

    it('says that the weights are equal, and makes no version', async () => {
      const job = await verify();
      expect(job).toMatchObject({ state: 'succeeded', version: 1 });
      expect(job.verification).toEqual({
        result: 'equal',
        weights_sha256: expected_weights_sha256,
        expected_weights_sha256,
        engine: 'reference/1',
        expected_engine: 'reference/1',
      });
      const { store } = current();
      expect((await store.models.get('m'))?.latest_version).toBe(1);
      const events = await store.jobs.events(job.id, 0, 100);
      expect(events.at(-1)).toMatchObject({ type: 'succeeded', data: { version: 1, verification: 'equal' } });
      await finishJob(store, 3);
      expect((await store.models.get('m'))?.latest_version).toBe(2);
    });

    it('tells other weights from those of another engine', async () => {
      const different = await verify({ weights: otherWeights });
      expect(different.verification).toMatchObject({
        result: 'different',
        weights_sha256: sha256(otherWeights),
      });
    });

    it('compares nothing with the weights of another engine, unless they are equal', async () => {
      const job = await verify({ weights: otherWeights, engine: 'wasm-fma/1' });
      expect(job.verification).toMatchObject({ result: 'not_comparable', expected_engine: 'reference/1' });
    });

    it('holds its version while it is active, and needs one', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      expect(await store.jobs.submit(jobOf(2, { verifies: 1 }), at(2))).toEqual({
        outcome: 'verified_version_gone',
      });
      await finishJob(store, 1);
      await store.jobs.submit(jobOf(2, { verifies: 1 }), at(20));
      expect(await store.versions.delete('m', 1)).toBe('in_use');
      const { fence } = await claimJob(store);
      expect(await store.versions.delete('m', 1)).toBe('in_use');
      await store.jobs.cancel(fence.jobId, at(30));
      expect(await store.jobs.finish(fence, resultOf(smallWeights), at(31))).toBe('lost');
      expect(await store.versions.delete('m', 1)).toBe('deleted');
    });
  });
}
