/** Datasets: an upload goes to a spool file, the data process makes a table of it, and only then it exists. */

import { open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Dataset, RowPage } from '../../contracts/dataset.ts';
import type { Page, PageQuery } from '../../contracts/page.ts';
import type { DataService, IngestedTable, UploadFormat } from '../../data/messages.ts';
import { TrainyardError } from '../../errors.ts';
import { createId } from '../../store/ids.ts';
import type { Store, StoredDataset } from '../../store/ports.ts';
import { type BodyBounds, checkAnnouncedLength, receiveBody } from '../receive-body.ts';

interface DatasetDependencies {
  readonly store: Store;
  readonly data: DataService;
  /** Folder for the bytes of uploads in progress; exists. */
  readonly spoolDir: string;
  readonly now: () => Date;
}

export interface Upload {
  readonly body: IncomingMessage;
  readonly bounds: BodyBounds;
  readonly format: UploadFormat;
  /** A name for bodies that cannot carry one. */
  readonly name: string | undefined;
}

export type DatasetService = ReturnType<typeof createDatasetService>;

export function createDatasetService({ store, data, spoolDir, now }: DatasetDependencies) {
  async function find(id: string): Promise<StoredDataset> {
    const dataset = await store.datasets.get(id);
    if (!dataset) throw notFound(id);
    return dataset;
  }

  /** Ingests into a file that only the committed row makes a dataset; without the row it goes again. */
  async function ingest(id: string, spool: string, upload: Upload): Promise<Dataset> {
    const { file, path } = store.datasets.reserveFile(id);
    try {
      const table = await data.call({ kind: 'ingest', format: upload.format, spool, path });
      const dataset = datasetOf(id, file, table, upload.name, now());
      await store.datasets.insert(dataset);
      return publicDataset(dataset);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  return {
    /** @throws TrainyardError what reading the body or the table may refuse; nothing is left behind */
    async upload(upload: Upload): Promise<Dataset> {
      const id = createId('ds', now());
      const spool = join(spoolDir, id);
      try {
        await spoolTo(spool, upload);
        return await ingest(id, spool, upload);
      } finally {
        await rm(spool, { force: true });
      }
    },

    async list(query: PageQuery): Promise<Page<Dataset>> {
      const { items, next_cursor } = await store.datasets.list(query);
      return { items: items.map(publicDataset), next_cursor };
    },

    async get(id: string): Promise<Dataset> {
      return publicDataset(await find(id));
    },

    async rows(id: string, offset: number, limit: number): Promise<RowPage> {
      const { file, columns, rows } = await find(id);
      try {
        const items = await data.call({
          kind: 'rows',
          path: store.datasets.pathOf(file),
          columns,
          offset,
          limit,
        });
        return { items, total: rows };
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

async function spoolTo(spool: string, { body, bounds }: Upload): Promise<void> {
  checkAnnouncedLength(body, bounds.maxBytes);
  const handle = await open(spool, 'wx', 0o600);
  let received = 0;
  try {
    await receiveBody(body, bounds, async (piece) => {
      received += piece.length;
      await handle.writeFile(piece);
    });
  } finally {
    await handle.close();
  }
  if (received === 0) throw new TrainyardError('empty_body', 'expected a table, got no body');
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
