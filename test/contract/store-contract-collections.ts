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
  finishJob,
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
      const model = { name: 'm', config, latest_version: null, aliases: {}, created_at: at(1).toISOString() };
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
      expect(await store.versions.resolve('m', 'latest')).toBeNull();
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
      expect((await store.versions.resolve('m', 'latest'))?.version).toBe(1);
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
      const newest = await store.versions.get('m', 3);
      expect(newest).toEqual({
        model: 'm',
        version: 3,
        job: idOf('job', 3),
        dataset: idOf('ds', 1),
        dataset_sha256: 'a'.repeat(64),
        validation_dataset_sha256: null,
        imported_from: null,
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
      expect((await store.models.get('m'))?.latest_version).toBe(3);
      const pages = await readAll((query) => store.versions.list('m', query), 2);
      expect(pages.map((page) => page.map(({ version }) => version))).toEqual([[3, 2], [1]]);
    });

    it('come from files too, as the next of their model, with what the file says of them', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      await store.jobs.finish((await startJob(store, 1)).fence, resultOf(smallWeights), at(2));
      const { trained, metrics, weightsSha256 } = resultOf(smallWeights);
      const { version: _, model: __, ...shown } = (await store.versions.get('m', 1))!;
      const file = { ...shown, model: 'elsewhere', version: 7, config, metrics, trained };
      const imported = { file, weights: smallWeights, parameters: 2 };
      expect(await store.versions.import('nobody', imported, at(3))).toBeNull();
      expect(await store.versions.import('m', imported, at(3))).toBe(2);
      expect(await store.versions.get('m', 2)).toEqual({
        ...shown,
        model: 'm',
        version: 2,
        imported_from: { model: 'elsewhere', version: 7 },
        weights_sha256: weightsSha256,
        created_at: at(3).toISOString(),
      });
      expect(await store.versions.weights('m', 2)).toEqual(smallWeights);
      const damaged = { ...imported, weights: smallWeights.map((byte) => byte ^ 1) };
      await expect(store.versions.import('m', damaged, at(4))).rejects.toThrow(/not those of the file/);
      expect((await store.models.get('m'))?.latest_version).toBe(2);
    });

    it('are null for a model or a number that is not there', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      expect(await store.versions.resolve('m', 'latest')).toBeNull();
      expect(await store.versions.get('m', 1)).toBeNull();
      expect(await store.versions.resolve('n', 'latest')).toBeNull();
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

    it('are resolved by number, by alias and as the newest, to a key that no other content ever has', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      for (const n of [1, 2]) await finishJob(store, n);
      await store.aliases.put('m', 'live', 1, () => true, at(20));
      const [first, second] = await Promise.all([1, 2].map((n) => store.versions.resolve('m', n)));
      expect(first).toMatchObject({ version: 1, parameters: 2 });
      expect(await store.versions.resolve('m', 'latest')).toEqual(second);
      expect(await store.versions.resolve('m', { alias: 'live' })).toEqual(first);
      expect(await store.versions.resolve('m', { alias: 'dead' })).toBeNull();
      expect(await store.versions.resolve('m', 3)).toBeNull();
      expect(first!.key).not.toBe(second!.key);

      await store.models.delete('m');
      await store.models.put('m', config, at(30));
      await finishJob(store, 3);
      expect((await store.versions.resolve('m', 1))!.key).not.toBe(first!.key);
      expect(await store.versions.load(first!)).toBeNull();
    });

    it('load with what predict needs, to the bit', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      await finishJob(store, 1);
      const ref = await store.versions.resolve('m', 1);
      const { trained } = resultOf(smallWeights);
      expect(await store.versions.load(ref!)).toEqual({ config, trained, weights: smallWeights });
    });

    it('are deleted, unless an alias points to them; the number is not given again', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      for (const n of [1, 2]) await finishJob(store, n);
      await store.aliases.put('m', 'live', 2, () => true, at(20));
      expect(await store.versions.delete('m', 2)).toBe('aliased');
      expect(await store.versions.delete('m', 3)).toBe('not_found');
      expect(await store.versions.delete('m', 1)).toBe('deleted');
      expect(await store.versions.get('m', 1)).toBeNull();
      await store.aliases.put('m', 'live', 2, () => true, at(21));
      await store.aliases.delete('m', 'live', () => true);
      expect(await store.versions.delete('m', 2)).toBe('deleted');
      expect((await store.models.get('m'))?.latest_version).toBeNull();
      await finishJob(store, 3);
      expect((await store.models.get('m'))?.latest_version).toBe(3);
    });
  });

  describe('aliases', () => {
    it('point to a version, are switched, and are shown by their model', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      for (const n of [1, 2]) await finishJob(store, n);
      const made = await store.aliases.put('m', 'live', 1, () => true, at(20));
      const alias = { alias: 'live', version: 1, updated_at: at(20).toISOString() };
      expect(made).toEqual({ outcome: 'ok', created: true, alias });
      const switched = await store.aliases.put('m', 'live', 2, () => true, at(21));
      expect(switched).toMatchObject({ outcome: 'ok', created: false, alias: { version: 2 } });
      expect(await store.aliases.get('m', 'live')).toMatchObject({ version: 2 });
      expect(await store.aliases.get('m', 'dead')).toBeNull();
      expect((await store.models.get('m'))?.aliases).toEqual({ live: 2 });
    });

    it('change only while the condition holds, which sees the version of that moment', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      for (const n of [1, 2]) await finishJob(store, n);
      const { aliases } = store;
      const isFirst = (version: number | null) => version === 1;
      expect(await aliases.put('m', 'live', 1, isFirst, at(20))).toEqual({
        outcome: 'condition_failed',
        current: null,
      });
      await aliases.put('m', 'live', 1, () => true, at(20));
      const both = await Promise.all([1, 2].map(() => aliases.put('m', 'live', 2, isFirst, at(21))));
      expect(both.map(({ outcome }) => outcome).sort()).toEqual(['condition_failed', 'ok']);
      expect(await aliases.delete('m', 'live', isFirst)).toEqual({ outcome: 'condition_failed', current: 2 });
      expect(await aliases.delete('m', 'live', () => true)).toEqual({ outcome: 'deleted' });
      expect(await aliases.delete('m', 'live', () => true)).toEqual({ outcome: 'not_found' });
    });

    it('need a model and a version, and go with their model', async () => {
      const { store } = current();
      await addModelAndDataset(store);
      expect(await store.aliases.put('m', 'live', 1, () => true, at(1))).toEqual({
        outcome: 'version_not_found',
      });
      expect(await store.aliases.put('n', 'live', 1, () => true, at(1))).toEqual({
        outcome: 'model_not_found',
      });
      await finishJob(store, 1);
      await store.aliases.put('m', 'live', 1, () => true, at(20));
      expect(await store.models.delete('m')).toBe('deleted');
      await store.models.put('m', config, at(30));
      expect((await store.models.get('m'))?.aliases).toEqual({});
    });
  });
}
