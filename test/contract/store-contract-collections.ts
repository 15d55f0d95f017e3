/** Store contract: datasets, models, versions, and the lists that they share. */
import { describe, expect, it } from 'vitest';
import type { Page, PageQuery } from '../../src/contracts/page.ts';
import type { Current } from './store-contract.ts';
import {
  addModelAndDataset,
  at,
  claimJob,
  config,
  datasetOf,
  idOf,
  jobOf,
  resultOf,
  smallWeights,
  startJob,
} from './store-fixtures.ts';

async function readAll<T>(list: (query: PageQuery) => Promise<Page<T>>, limit: number): Promise<T[][]> {
  const pages: T[][] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await list({ limit, cursor });
    pages.push(page.items);
    if (page.next_cursor === null) return pages;
    cursor = page.next_cursor;
  }
}

export function collectionsContract(current: Current): void {
  describe('datasets', () => {
    it('gives back what was inserted, to the bit', async () => {
      const { datasets } = current().store;
      const dataset = datasetOf(1);
      await datasets.insert(dataset);
      expect(await datasets.get(dataset.id)).toStrictEqual(dataset);
      expect(await datasets.get(idOf('ds', 2))).toBeNull();
    });

    it('refuses a number that JSON cannot hold, and stores nothing', async () => {
      const { datasets } = current().store;
      const [column] = datasetOf(1).columns;
      const broken = datasetOf(1, { columns: [{ ...column!, mean: Number.NaN } as never] });
      await expect(datasets.insert(broken)).rejects.toThrow(/mean.*NaN/);
      expect(await datasets.get(broken.id)).toBeNull();
    });

    it('reserves a path that belongs to the name it will be stored by', () => {
      const { datasets } = current().store;
      const reserved = datasets.reserveFile(idOf('ds', 1));
      expect(reserved.path).toBe(datasets.pathOf(reserved.file));
      expect(datasets.reserveFile(idOf('ds', 2)).path).not.toBe(reserved.path);
    });

    it('lists newest first, by pages that neither repeat nor miss one', async () => {
      const { datasets } = current().store;
      const sameTime = { created_at: at(3).toISOString() };
      for (const dataset of [
        datasetOf(1),
        datasetOf(2),
        datasetOf(3),
        datasetOf(4, sameTime),
        datasetOf(5),
      ]) {
        await datasets.insert(dataset);
      }
      const pages = await readAll((query) => datasets.list(query), 2);
      const ids = pages.map((page) => page.map(({ id }) => id));
      const n = (...numbers: number[]) => numbers.map((number) => idOf('ds', number));
      expect(ids).toEqual([n(5, 4), n(3, 2), n(1)]);
    });

    it('ends a page with null when nothing follows, also at exactly the limit', async () => {
      const { datasets } = current().store;
      expect(await datasets.list({ limit: 2 })).toEqual({ items: [], next_cursor: null });
      await datasets.insert(datasetOf(1));
      await datasets.insert(datasetOf(2));
      expect((await datasets.list({ limit: 2 })).next_cursor).toBeNull();
    });

    it('a cursor survives the deletion of the row that it names', async () => {
      const { datasets } = current().store;
      for (const n of [1, 2, 3]) await datasets.insert(datasetOf(n));
      const { next_cursor } = await datasets.list({ limit: 2 });
      await datasets.delete(idOf('ds', 2));
      const { items } = await datasets.list({ limit: 2, cursor: next_cursor ?? undefined });
      expect(items.map(({ id }) => id)).toEqual([idOf('ds', 1)]);
    });

    it.each(['x', '!!!', 'W10', 'WyJhIl0', 'WzEsMl0', 'bnVsbA', 'WyJhIiwiYiJd=', ' '])(
      'refuses the cursor %j with its pointer',
      async (cursor) => {
        const { store } = current();
        const refusal = { code: 'validation_failed', errors: [{ pointer: '?cursor' }] };
        await expect(store.datasets.list({ limit: 2, cursor })).rejects.toMatchObject(refusal);
        await expect(store.models.list({ limit: 2, cursor })).rejects.toMatchObject(refusal);
        await expect(store.versions.list('m', { limit: 2, cursor })).rejects.toMatchObject(refusal);
        await expect(store.jobs.list({ limit: 2, cursor })).rejects.toMatchObject(refusal);
      },
    );

    it('deletes one, unless a job that has not ended reads it', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      expect(await store.datasets.delete(idOf('ds', 9))).toBe('not_found');
      await store.jobs.submit(jobOf(1), at(1));
      expect(await store.datasets.delete(idOf('ds', 1))).toBe('in_use');
      const { fence } = await claimJob(store);
      expect(await store.datasets.delete(idOf('ds', 1))).toBe('in_use');
      await store.jobs.finish(fence, resultOf(smallWeights), at(2));
      expect(await store.datasets.delete(idOf('ds', 1))).toBe('deleted');
      expect(await store.datasets.get(idOf('ds', 1))).toBeNull();
    });
  });

  describe('models', () => {
    it('creates once, then replaces the config', async () => {
      const { models } = current().store;
      const first = await models.put('m', config, at(1));
      const model = { name: 'm', config, latest_version: null, created_at: at(1).toISOString() };
      expect(first).toEqual({ created: true, model: { ...model, updated_at: at(1).toISOString() } });
      const changed = { ...config, seed: 7 };
      const second = await models.put('m', changed, at(2));
      const replaced = { ...model, config: changed, updated_at: at(2).toISOString() };
      expect(second).toEqual({ created: false, model: replaced });
      expect(await models.get('m')).toEqual(replaced);
      expect(await models.get('n')).toBeNull();
    });

    it('lists by creation, newest first', async () => {
      const { models } = current().store;
      await models.put('a', config, at(1));
      await models.put('c', config, at(2));
      await models.put('b', config, at(2));
      await models.put('a', config, at(3));
      const pages = await readAll((query) => models.list(query), 2);
      expect(pages.map((page) => page.map(({ name }) => name))).toEqual([['c', 'b'], ['a']]);
    });

    it('deletes one with its versions, unless a job of it has not ended', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      const { fence } = await startJob(store, 1);
      expect(await store.models.delete('m')).toBe('in_use');
      await store.jobs.finish(fence, resultOf(smallWeights), at(2));
      expect(await store.models.delete('m')).toBe('deleted');
      expect(await store.models.delete('m')).toBe('not_found');
      expect(await store.versions.latest('m')).toBeNull();
      expect(await store.versions.weights('m', 1)).toBeNull();
      expect(await store.jobs.get(fence.jobId)).toMatchObject({ model: 'm', state: 'succeeded', version: 1 });
    });

    it('starts at version 1 again when made again', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      await store.jobs.finish((await startJob(store, 1)).fence, resultOf(smallWeights), at(2));
      await store.models.delete('m');
      await store.models.put('m', config, at(3));
      await store.jobs.finish((await startJob(store, 2)).fence, resultOf(smallWeights), at(4));
      expect((await store.versions.latest('m'))?.version).toBe(1);
    });
  });

  describe('versions', () => {
    it('are numbered 1, 2, 3 and say where they come from', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      for (const n of [1, 2, 3]) {
        const { fence } = await startJob(store, n);
        expect(await store.jobs.finish(fence, resultOf(smallWeights), at(10 + n))).toBe('ok');
      }
      const { trained, metrics, weightsSha256 } = resultOf(smallWeights);
      const latest = await store.versions.latest('m');
      expect(latest).toEqual({
        model: 'm',
        version: 3,
        job: idOf('job', 3),
        dataset: idOf('ds', 1),
        dataset_sha256: 'a'.repeat(64),
        validation_dataset_sha256: null,
        config,
        classes: trained.classes,
        features: trained.features,
        preprocessing: trained.preprocessing,
        metrics,
        parameters: 2,
        weights_sha256: weightsSha256,
        engine: 'reference/1',
        package_version: '0.1.0',
        created_at: at(13).toISOString(),
        trained,
      });
      expect(await store.versions.get('m', 3)).toEqual(latest);
      expect((await store.models.get('m'))?.latest_version).toBe(3);
      const pages = await readAll((query) => store.versions.list('m', query), 2);
      expect(pages.map((page) => page.map(({ version }) => version))).toEqual([[3, 2], [1]]);
    });

    it('are null for a model or a number that is not there', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      expect(await store.versions.latest('m')).toBeNull();
      expect(await store.versions.get('m', 1)).toBeNull();
      expect(await store.versions.latest('n')).toBeNull();
      expect(await store.versions.weights('m', 1)).toBeNull();
      expect(await store.versions.list('n', { limit: 5 })).toEqual({ items: [], next_cursor: null });
    });

    it.each([
      ['a small block', 16],
      ['an empty block', 0],
      ['a block of 5 MiB', 5 * 1024 * 1024 + 3],
    ])('give back the bytes of %s, in a buffer of their own', async (_name, size) => {
      const { store } = current();
      await addModelAndDataset(store);
      const weights = new Uint8Array(size).map((_, i) => (i * 31) % 251);
      const { fence } = await startJob(store, 1);
      expect(await store.jobs.finish(fence, resultOf(weights), at(2))).toBe('ok');
      const read = await store.versions.weights('m', 1);
      expect(Buffer.compare(read!, weights)).toBe(0);
      expect([read!.byteOffset, read!.buffer.byteLength]).toEqual([0, size]);
    });
  });
}
