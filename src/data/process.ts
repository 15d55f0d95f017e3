/** The data process's side of its channel: takes requests for tables, answers each with its reply or its refusal. */
import { TrainyardError } from '../errors.ts';
import { createOpenExports } from './export/open-exports.ts';
import { ingest } from './ingest/ingest.ts';
import { createLimiter } from './limiter.ts';
import type { DataReplies, DataRequest, FromDataProcess, ToDataProcess, WireError } from './messages.ts';
import { presentLabels } from './present-labels.ts';
import { readRows } from './row-pages.ts';

export interface DataProcessChannel {
  send(message: FromDataProcess): void;
  onMessage(listener: (message: ToDataProcess) => void): void;
}

/** The part of the log that this process needs. */
export interface ErrorLog {
  error(fields: object, message: string): void;
}

export interface DataProcessOptions {
  readonly channel: DataProcessChannel;
  /** Existing folder for what DuckDB cannot keep in memory. */
  readonly tempDir: string;
  readonly logger: ErrorLog;
}

/** Pages have places of their own, so that nobody who looks at a table waits for another's upload. */
const ingestLimits = { running: 2, waiting: 16 };
const rowsLimits = { running: 4, waiting: 256 };

/** Starts answering. Each request runs on its own locked DuckDB instance; past the limits a request is refused as `busy`. */
export function runDataProcess({ channel, tempDir, logger }: DataProcessOptions): void {
  const limitIngest = createLimiter(ingestLimits);
  const limitRows = createLimiter(rowsLimits);
  const exports = createOpenExports();

  function handle(request: DataRequest): Promise<DataReplies[keyof DataReplies]> {
    switch (request.kind) {
      case 'ingest':
        return limitIngest(() => ingest(request, tempDir));
      case 'rows':
        return limitRows(() => readRows(request));
      case 'present_labels':
        return limitRows(() => presentLabels(request));
      case 'open_export':
        return exports.open(request);
      case 'read_export':
        return exports.read(request.id);
      case 'close_export':
        return exports.close(request.id).then(() => null);
    }
  }

  function wireError(error: unknown, request: DataRequest): WireError {
    if (error instanceof TrainyardError) {
      if (error.code === 'disk_full') logger.error({ err: error, kind: request.kind }, 'the disk is full');
      return { code: error.code, detail: error.message, errors: error.errors };
    }
    logger.error({ err: error, kind: request.kind }, 'a data request failed');
    return { code: 'internal', detail: 'the data process failed', errors: [] };
  }

  channel.onMessage(({ id, request }) => {
    handle(request).then(
      (reply) => channel.send({ id, reply }),
      (error: unknown) => channel.send({ id, error: wireError(error, request) }),
    );
  });
}
