/** Store contract: what a training saw of itself, kept with its history. */
import { describe, expect, it } from 'vitest';
import type { Finding, LayerStatistics } from '../../src/contracts/diagnostics.ts';
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

function layerOf(gradient: number | null): LayerStatistics {
  const norms = { gradient_norm: gradient, weight_norm: 0.1 + 0.2, update_ratio: null };
  const shares = { zero_fraction: 1 / 3, dead_fraction: 0, saturated_fraction: 1 };
  return { ...norms, activation_mean: -1e-300, activation_std: 5e-324, ...shares };
}

function findingOf(changes: Partial<Finding> = {}): Finding {
  const message = 'half of the units are "dead"';
  return { code: 'dead_units', layer: 'hidden_1', epoch: 1, value: 0.5, message, ...changes };
}

export function diagnosticsContract(current: Current): void {
  describe('diagnostics', () => {
    it('gives statistics and findings back as they were, in order', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      expect(await store.jobs.diagnostics(fence.jobId)).toEqual({ epochs: [], findings: [] });
      const inData = findingOf({ code: 'constant_feature', layer: null, epoch: 0, value: null });
      const reports = [
        { ...recordOf(1), layers: [layerOf(1), layerOf(null)], findings: [findingOf(), inData] },
        recordOf(2),
        { ...recordOf(3), layers: [layerOf(3), layerOf(4)] },
      ];
      await store.jobs.progress(fence, reports, 'reference/1', at(1001));
      expect(await store.jobs.diagnostics(fence.jobId)).toEqual({
        epochs: [
          { epoch: 1, layers: [layerOf(1), layerOf(null)] },
          { epoch: 3, layers: [layerOf(3), layerOf(4)] },
        ],
        findings: [inData, findingOf()],
      });
      expect(await store.jobs.history(fence.jobId)).toEqual([1, 2, 3].map((epoch) => recordOf(epoch)));
    });

    it('tells the stream: the last statistics of the group, and its findings', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      const layers = [layerOf(2)];
      const reports = [
        { ...recordOf(1), layers: [layerOf(1)], findings: [findingOf()] },
        { ...recordOf(2), layers },
      ];
      await store.jobs.progress(fence, reports, 'reference/1', at(1001));
      await store.jobs.progress(fence, [recordOf(3)], 'reference/1', at(1002));
      const events = await store.jobs.events(fence.jobId, 3, 10);
      const { code, message } = findingOf();
      expect(events.map(({ type, data }) => [type, data])).toMatchObject([
        ['progress', { epoch: 2 }],
        ['diagnostics', { epoch: 2, layers }],
        ['warning', { code, message }],
        ['progress', { epoch: 3 }],
      ]);
    });

    it('copies findings into the warnings at once, and they stay there when the job has ended', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      const codes = async () => (await store.jobs.get(fence.jobId))!.warnings.map(({ code }) => code);
      await store.jobs.progress(
        fence,
        [{ ...recordOf(1), findings: [findingOf()] }],
        'reference/1',
        at(1001),
      );
      expect(await codes()).toEqual(['at_submit', 'dead_units']);
      await store.jobs.finish(fence, resultOf(smallWeights), at(1002));
      expect(await codes()).toEqual(['at_submit', 'at_the_end', 'dead_units']);
      const { message } = findingOf();
      expect((await store.jobs.get(fence.jobId))!.warnings).toContainEqual({ code: 'dead_units', message });
      expect((await store.jobs.list({ limit: 1 })).items[0]!.warnings).toHaveLength(3);
    });

    it('keeps the findings of the end with the success', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      const found = findingOf({ code: 'separable_data', layer: null, epoch: 9, value: 1e-7 });
      await store.jobs.finish(fence, resultOf(smallWeights, { findings: [found] }), at(1002));
      expect((await store.jobs.diagnostics(fence.jobId)).findings).toEqual([found]);
      const codes = (await store.jobs.get(fence.jobId))!.warnings.map(({ code }) => code);
      expect(codes).toEqual(['at_submit', 'at_the_end', 'separable_data']);
      const told = (await store.jobs.events(fence.jobId, 0, 100)).filter(({ type }) => type === 'warning');
      expect(told.map(({ data }) => data)).toContainEqual({ code: 'separable_data', message: found.message });
    });

    it('forgets what lies past the checkpoint, and takes it again', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      const inData = findingOf({ code: 'class_imbalance', layer: null, epoch: 0 });
      const reportOf = (epoch: number, findings: Finding[]) => ({
        ...recordOf(epoch),
        layers: [layerOf(epoch)],
        findings,
      });
      await store.jobs.progress(fence, [reportOf(1, [inData])], 'reference/1', at(1001));
      await store.jobs.checkpoint(fence, 1, new Uint8Array([1]), at(1002));
      const second = reportOf(2, [findingOf({ epoch: 2 })]);
      await store.jobs.progress(fence, [second], 'reference/1', at(1003));
      const before = await store.jobs.diagnostics(fence.jobId);
      await store.jobs.releaseOwner('trainer', at(1004));
      const again = await claimJob(store);
      expect(await store.jobs.diagnostics(fence.jobId)).toEqual({
        epochs: [{ epoch: 1, layers: [layerOf(1)] }],
        findings: [inData],
      });
      await store.jobs.progress(again.fence, [second], 'reference/1', at(1005));
      expect(await store.jobs.diagnostics(fence.jobId)).toEqual(before);
    });

    it('takes a finding of the data again from a job that starts anew', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      const inData = findingOf({ code: 'class_imbalance', layer: null, epoch: 0 });
      const report = { ...recordOf(1), findings: [inData] };
      await store.jobs.progress(fence, [report], 'reference/1', at(1001));
      await store.jobs.releaseOwner('trainer', at(1002));
      const again = await claimJob(store);
      await store.jobs.progress(again.fence, [report], 'reference/1', at(1003));
      expect((await store.jobs.diagnostics(fence.jobId)).findings).toEqual([inData]);
    });

    it.each([8, 5 * 1024 * 1024])(
      'keeps what a diverged job leaves, with its findings: %d bytes',
      async (size) => {
        const { store } = current();
        await addModelAndDataset(store);
        const { fence } = await startJob(store, 1);
        expect(await store.jobs.remains(fence.jobId)).toBeNull();
        const found = findingOf({ code: 'diverged', epoch: 3, value: null });
        const remains = {
          epoch: 2,
          trained: resultOf(smallWeights).trained,
          weights: new Uint8Array(size).fill(7),
        };
        const failure = { code: 'diverged', message: found.message, stopReason: 'diverged' } as const;
        expect(await store.jobs.fail(fence, { ...failure, findings: [found], remains }, at(1001))).toBe('ok');
        expect(await store.jobs.remains(fence.jobId)).toEqual(remains);
        expect((await store.jobs.diagnostics(fence.jobId)).findings).toEqual([found]);
        expect((await store.jobs.get(fence.jobId))!.warnings.map(({ code }) => code)).toEqual([
          'at_submit',
          'diverged',
        ]);
        const told = (await store.jobs.events(fence.jobId, 0, 100)).slice(-2);
        expect(told.map(({ type, data }) => [type, data])).toEqual([
          ['warning', { code: 'diverged', message: found.message }],
          ['failed', { code: 'diverged', message: found.message, stop_reason: 'diverged' }],
        ]);
        expect((await store.versions.list('m', { limit: 1 })).items).toEqual([]);
        await store.sweep();
        expect(await store.jobs.remains(fence.jobId)).toEqual(remains);
        expect(await store.jobs.delete(fence.jobId)).toBe('deleted');
        expect(await store.jobs.remains(fence.jobId)).toBeNull();
      },
    );

    it('keeps nothing of a failure whose fence is gone', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      await store.jobs.cancel(fence.jobId, at(1001));
      const remains = { epoch: 2, trained: resultOf(smallWeights).trained, weights: smallWeights };
      const failure = {
        code: 'diverged',
        message: '',
        stopReason: 'diverged',
        findings: [findingOf()],
        remains,
      } as const;
      expect(await store.jobs.fail(fence, failure, at(1002))).toBe('lost');
      expect(await store.jobs.remains(fence.jobId)).toBeNull();
      expect((await store.jobs.diagnostics(fence.jobId)).findings).toEqual([]);
    });
  });
}
