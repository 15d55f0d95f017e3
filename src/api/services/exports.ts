/** Exports of datasets: the stored file as it is, or its rows as text, read from the data process as fast as the client takes it. */
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ExportQuery } from '../../contracts/dataset.ts';
import { ambiguousColumns } from '../../data/export/csv-format.ts';
import type { DataService } from '../../data/messages.ts';
import type { Store, StoredDataset } from '../../store/ports.ts';
import { notFound } from './datasets.ts';

export interface DatasetExport {
  readonly headers: Readonly<Record<string, string>>;
  /** Destroying it, as a client that goes away does, lets go of the table. */
  readonly body: Readable;
}

export type ExportService = ReturnType<typeof createExportService>;

const mediaTypes = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
} as const satisfies Record<ExportQuery['format'], string>;

/** Longer ones would be no header that every client takes. */
const maxUploadQueryLength = 4096;

export function createExportService(store: Store, data: DataService) {
  async function find(id: string): Promise<StoredDataset> {
    const dataset = await store.datasets.get(id);
    if (!dataset) throw notFound(id);
    return dataset;
  }

  async function openBody(dataset: StoredDataset, query: ExportQuery): Promise<Readable> {
    const path = store.datasets.pathOf(dataset.file);
    const { format, formulas = 'escape' } = query;
    if (format === 'parquet') return (await open(path)).createReadStream();
    const { columns } = dataset;
    const id = await data.call({ kind: 'open_export', path, columns, format, formulas });
    return readExport(data, id);
  }

  return {
    /**
     * @param wantsBody false for a HEAD: the headers alone
     * @throws TrainyardError `dataset_not_found`, `busy`, `data_process_restarted`
     */
    async export(id: string, query: ExportQuery, wantsBody: boolean): Promise<DatasetExport> {
      const dataset = await find(id);
      const headers = headersOf(dataset, query);
      if (!wantsBody) return { headers, body: Readable.from([]) };
      try {
        return { headers, body: await openBody(dataset, query) };
      } catch (error) {
        // Deleted between the two steps: its file is gone.
        await find(id);
        throw error;
      }
    },
  };
}

function headersOf(dataset: StoredDataset, { format, formulas = 'escape' }: ExportQuery) {
  const headers: Record<string, string> = {
    'content-type': mediaTypes[format],
    'content-disposition': attachment(dataset.name ?? dataset.id, format),
  };
  if (format === 'parquet') headers['content-length'] = String(dataset.bytes);
  if (format !== 'csv') return headers;
  headers['x-formulas'] = formulas === 'escape' ? 'escaped' : 'kept';
  const query = uploadQuery(dataset);
  if (query !== '' && query.length <= maxUploadQueryLength) headers['x-upload-query'] = query;
  return headers;
}

/** What an upload of the CSV must say to become the same table: the types that its values do not show. */
function uploadQuery({ columns }: StoredDataset): string {
  const types = ambiguousColumns(columns).map((name) => `"${name.replaceAll('"', '""')}":category`);
  return types.length === 0 ? '' : `types=${encodeURIComponent(types.join(','))}`;
}

/** RFC 6266: the name in ASCII for old clients, then as it is. Half a surrogate pair, which JSON lets pass, is no character. */
function attachment(name: string, format: ExportQuery['format']): string {
  const file = (name.endsWith(`.${format}`) ? name : `${name}.${format}`).toWellFormed();
  const plain = file.replace(/[^\w.() -]/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(file).replaceAll("'", '%27')}`;
}

/** One piece is asked for at a time, and none while the client has not taken the last. */
function readExport(data: DataService, id: number): Readable {
  return new Readable({
    highWaterMark: 1,
    read() {
      data.call({ kind: 'read_export', id }).then(
        (piece) => this.push(piece && Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      data.call({ kind: 'close_export', id }).then(
        () => done(error),
        (closing: Error) => done(error ?? closing),
      );
    },
  });
}
