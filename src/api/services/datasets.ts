/** Datasets: the data process makes a table of an upload, and only with its committed row it exists. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset, DatasetInspection } from '../../contracts/dataset.ts';
import type { Page, PageQuery } from '../../contracts/page.ts';
import type { DataService, IngestedTable } from '../../data/messages.ts';
import { TrainyardError } from '../../errors.ts';
import { createId } from '../../store/ids.ts';
import type { Store, StoredDataset } from '../../store/ports.ts';
import { receiveUpload, type Upload, type UploadBounds } from '../uploads/receive-upload.ts';

interface DatasetDependencies {
  readonly store: Store;
  readonly data: DataService;
  /** Folder for the bytes of uploads in progress; exists. */
  readonly spoolDir: string;
  readonly bounds: UploadBounds;
  readonly now: () => Date;
}

export type DatasetService = ReturnType<typeof createDatasetService>;

export function createDatasetService({ store, data, spoolDir, bounds, now }: DatasetDependencies) {
  async function find(id: string): Promise<StoredDataset> {
    const dataset = await store.datasets.get(id);
    if (!dataset) throw notFound(id);
    return dataset;
  }

  const receive = (upload: Upload, id: string, path: string | null): Promise<IngestedTable> =>
    receiveUpload(upload, bounds, data, join(spoolDir, id), path);

  return {
    /**
     * @param name for bodies that cannot carry one
     * @throws TrainyardError what reading the body or the table may refuse; nothing is left behind
     */
    async create(upload: Upload, name: string | undefined): Promise<Dataset> {
      const id = createId('ds', now());
      const { file, path } = store.datasets.reserveFile(id);
      try {
        const table = await receive(upload, id, path);
        const dataset = datasetOf(id, file, table, name, now());
        await store.datasets.insert(dataset);
        return publicDataset(dataset);
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
    },

    /** What `create` would answer, of a table that is not kept. */
    async inspect(upload: Upload, name: string | undefined): Promise<DatasetInspection> {
      const { integral_columns: _, ...table } = await receive(upload, createId('ds', now()), null);
      return { ...table, name: table.name ?? name ?? null };
    },

    async list(query: PageQuery): Promise<Page<Dataset>> {
      const { items, next_cursor } = await store.datasets.list(query);
      return { items: items.map(publicDataset), next_cursor };
    },

    async get(id: string): Promise<Dataset> {
      return publicDataset(await find(id));
    },

    /** @returns a `RowPage` as JSON, ready to be sent */
    async rows(id: string, offset: number, limit: number): Promise<Buffer> {
      const { file, columns, rows } = await find(id);
      const path = store.datasets.pathOf(file);
      try {
        const items = await data.call({ kind: 'rows', path, columns, offset, limit });
        return Buffer.concat([Buffer.from('{"items":'), items, Buffer.from(`,"total":${rows}}`)]);
      } catch (error) {
        // Deleted between the two steps: its file is gone.
        await find(id);
        throw error;
      }
    },

    /** @throws TrainyardError `dataset_not_found`, `dataset_in_use` */
    async delete(id: string): Promise<void> {
      const outcome = await store.datasets.delete(id);
      if (outcome === 'not_found') throw notFound(id);
      if (outcome === 'in_use')
        throw new TrainyardError('dataset_in_use', `a job that has not ended reads ${id}`);
    },
  };
}

function datasetOf(
  id: string,
  file: string,
  table: IngestedTable,
  name: string | undefined,
  now: Date,
): StoredDataset {
  return { ...table, id, file, name: table.name ?? name ?? null, created_at: now.toISOString() };
}

function publicDataset({ file: _file, integral_columns: _integral, ...dataset }: StoredDataset): Dataset {
  return dataset;
}

export function notFound(id: string): TrainyardError {
  return new TrainyardError('dataset_not_found', `no dataset ${id}`);
}
