/** Receives one upload: from the request's body through unpacking into a file, which the data process reads as it grows. */
import { mkdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { CsvOptions } from '../../contracts/csv-options.ts';
import {
  type DataService,
  type IngestedTable,
  type Ingestion,
  type UploadFormat,
  uploadPath,
} from '../../data/messages.ts';
import { TrainyardError } from '../../errors.ts';
import { type BodyBounds, checkAnnouncedLength, receiveBody } from '../receive-body.ts';
import type { ByteSink } from './byte-sink.ts';
import { gunzipInto } from './gunzip-sink.ts';
import { takeFileInto } from './multipart-sink.ts';
import { checkFreeDisk, openSpool } from './spool-sink.ts';
import { formatOfPart } from './upload-format.ts';

/** What a form adds to its file, and more. */
const maxFormBytes = 64 * 1024;

export interface Upload {
  readonly body: IncomingMessage;
  readonly isGzip: boolean;
  /** Null for a form, whose file has its own. */
  readonly format: UploadFormat | null;
  /** The request's Content-Type as it came. */
  readonly contentType: string;
  readonly csv: CsvOptions;
  /** Checks what else the request says against the format, once that is known. */
  readonly checkFormat: (format: UploadFormat) => void;
}

export interface UploadBounds {
  /** Of the unpacked bytes, by format. */
  readonly maxBytes: Readonly<Record<UploadFormat, number>>;
  readonly idleTimeoutMs: number;
  /** Room that the disk must keep, bytes. */
  readonly minFreeBytes: number;
}

/**
 * @param folder for this upload alone; made here, and gone with everything in it when the promise settles
 * @param path of the Parquet file to make; null keeps nothing
 * @throws TrainyardError what reading the body or the table may refuse
 */
export async function receiveUpload(
  upload: Upload,
  bounds: UploadBounds,
  data: DataService,
  folder: string,
  path: string | null,
): Promise<IngestedTable> {
  const body = bodyBounds(upload, bounds);
  checkAnnouncedLength(upload.body, body.maxBytes);
  await mkdir(folder);
  let ingestion = null as Ingestion | null;
  let sink: ByteSink | null = null;
  const refused = new AbortController();
  let maxBytes = 0;

  function begin(format: UploadFormat): void {
    upload.checkFormat(format);
    maxBytes = bounds.maxBytes[format];
    ingestion = data.ingest({ kind: 'ingest', format, folder, path, csv: upload.csv });
    // What is refused while it arrives need not arrive.
    ingestion.table.catch((error: unknown) => refused.abort(error));
  }

  try {
    // The table may take as much room as what it comes from.
    const announced = Number(upload.body.headers['content-length'] ?? 0);
    await checkFreeDisk(folder, bounds.minFreeBytes + 2 * announced);
    const spool = await openSpool({
      path: uploadPath(folder),
      minFreeBytes: bounds.minFreeBytes,
      maxBytes: () => maxBytes,
      onGrowth: () => ingestion?.upload('grown'),
    });
    sink = sinkFor(upload, spool, begin);
    await receiveBody(upload.body, { ...body, signal: refused.signal }, (piece) => sink?.write(piece));
    await sink.end();
    return await whole(ingestion);
  } catch (error) {
    await settled(ingestion);
    throw error;
  } finally {
    sink?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function bodyBounds({ format }: Upload, { maxBytes, idleTimeoutMs }: UploadBounds): BodyBounds {
  const largest = format === null ? Math.max(...Object.values(maxBytes)) + maxFormBytes : maxBytes[format];
  return { maxBytes: largest, timeoutMs: idleTimeoutMs, timeoutCovers: 'silence' };
}

function sinkFor(upload: Upload, spool: ByteSink, begin: (format: UploadFormat) => void): ByteSink {
  const { format, contentType, isGzip } = upload;
  if (format !== null) begin(format);
  const unpacked =
    format === null ? takeFileInto(spool, contentType, (part) => begin(formatOfPart(part))) : spool;
  return isGzip ? gunzipInto(unpacked) : unpacked;
}

function whole(ingestion: Ingestion | null): Promise<IngestedTable> {
  if (ingestion === null) throw new TrainyardError('empty_body', 'expected a table, got no body');
  ingestion.upload('whole');
  return ingestion.table;
}

/** Until the data process has let go of the folder. */
async function settled(ingestion: Ingestion | null): Promise<void> {
  ingestion?.upload('broken_off');
  await ingestion?.table.catch(() => {});
}
