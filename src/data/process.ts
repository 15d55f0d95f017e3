/** The data process's side of its channel: takes requests for tables, answers each with its reply or its refusal. */
import type { Collapse, GradientCheck } from '../contracts/inspections.ts';
import type { Metrics } from '../contracts/metrics.ts';
import { TrainyardError } from '../errors.ts';
import { createOpenExports } from './export/open-exports.ts';
import { createArrival, type WatchedArrival } from './ingest/arrival.ts';
import { ingest } from './ingest/ingest.ts';
import { createLimiter } from './limiter.ts';
import type {
  CheckGradientsRequest,
  CollapseRequest,
  DataReplies,
  DataRequest,
  EvaluateRequest,
  FromDataProcess,
  IngestRequest,
  ModelFromFile,
  ToDataProcess,
  WireError,
} from './messages.ts';
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
  /** What a model file holds is not this folder's business, but only this process may read what a stranger sent. */
  readonly readModelFile: (path: string) => Promise<ModelFromFile>;
  readonly logger: ErrorLog;
  /** Runs a model over a table; given from outside, since tables know nothing of models. */
  readonly evaluate: (request: EvaluateRequest) => Promise<Metrics>;
  readonly inspect: (request: CollapseRequest | CheckGradientsRequest) => Promise<Collapse | GradientCheck>;
}

/** Uploads that arrive at once: each has a buffer of some megabyte, so a bound, but wide, since a slow client may take hours. */
const uploadLimits = { running: 64, waiting: 0 };
/** Pages have places of their own, so that nobody who looks at a table waits for another's upload. */
const ingestLimits = { running: 2, waiting: uploadLimits.running };
const rowsLimits = { running: 4, waiting: 256 };
/** Each is in memory as a whole. */
const modelFileLimits = { running: 1, waiting: 64 };
/** Each holds a table and its predictions in memory, and computes in a thread of its own. */
const evaluationLimits = { running: 1, waiting: 16 };

/** Starts answering. Each request runs on its own locked DuckDB instance; past the limits a request is refused as `busy`. */
export function runDataProcess({
  channel,
  readModelFile,
  evaluate,
  inspect,
  logger,
}: DataProcessOptions): void {
  const limitUploads = createLimiter(uploadLimits);
  const limitIngest = createLimiter(ingestLimits);
  const limitRows = createLimiter(rowsLimits);
  const limitModelFiles = createLimiter(modelFileLimits);
  const limitEvaluations = createLimiter(evaluationLimits);
  const exports = createOpenExports();

  /** Uploads that have not been answered, by the id of their request. */
  const arrivals = new Map<number, WatchedArrival>();

  async function ingestUpload(id: number, request: IngestRequest): Promise<DataReplies['ingest']> {
    const arrival = createArrival();
    arrivals.set(id, arrival);
    try {
      return await limitUploads(() => ingest(request, arrival, limitIngest));
    } finally {
      arrivals.delete(id);
    }
  }

  function handle(id: number, request: DataRequest): Promise<DataReplies[keyof DataReplies]> {
    switch (request.kind) {
      case 'ingest':
        return ingestUpload(id, request);
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
      case 'read_model_file':
        return limitModelFiles(() => readModelFile(request.path));
      case 'evaluate':
        return limitEvaluations(() => evaluate(request));
      case 'collapse':
      case 'check_gradients':
        return limitEvaluations(() => inspect(request));
    }
  }

  function wireError(error: unknown, request: DataRequest): WireError {
    if (error instanceof TrainyardError) {
      // What only looks like the client's fault, or is not: a full disk, a reader that died of a file.
      if (error.cause !== undefined)
        logger.error({ err: error, kind: request.kind, code: error.code }, 'a data request was refused');
      return { code: error.code, detail: error.message, errors: error.errors };
    }
    logger.error({ err: error, kind: request.kind }, 'a data request failed');
    return { code: 'internal', detail: 'the data process failed', errors: [] };
  }

  channel.onMessage((message) => {
    const { id } = message;
    if ('upload' in message) {
      // One that was refused meanwhile has gone from the list.
      arrivals.get(id)?.update(message.upload);
      return;
    }
    const { request } = message;
    handle(id, request).then(
      (reply) => channel.send({ id, reply }),
      (error: unknown) => channel.send({ id, error: wireError(error, request) }),
    );
  });
}
