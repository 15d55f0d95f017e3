/** Every bound of the HTTP side in one place: sizes in bytes, times in milliseconds. */

const kibibyte = 1024;
const mebibyte = 1024 ** 2;

export const defaultLimits = {
  /** Request line and headers together. */
  maxHeaderBytes: 16 * kibibyte,
  maxUrlLength: 8 * kibibyte,
  maxJsonBodyBytes: mebibyte,
  /**
   * Elements of one array of a JSON body, but for the rows of a prediction: twice the columns that a table may have. A schema
   * reports each bad element, which takes some 3 µs.
   */
  maxJsonElements: 20_000,
  maxPredictBodyBytes: 2 * mebibyte,
  /** 2 MiB could hold 700,000 empty rows, which take 0.3 s to parse alone. */
  maxPredictRows: 50_000,
  /** Rows may be tiny and their answers long. */
  maxPredictAnswerBytes: 64 * mebibyte,
  /** How long a prediction of many rows holds the event loop before others get their turn. */
  predictSliceMs: 10,
  /** A table sent as JSON: it is parsed whole. */
  maxJsonUploadBytes: 8 * mebibyte,
  /** What an upload must leave free on the disk, beside room for its table: the store needs it to go on. */
  minFreeDiskBytes: 64 * mebibyte,
  /** How long handling requests that came together holds the event loop before others get their turn. */
  requestSliceMs: 5,
  /** From the first byte of a request to the end of its headers. */
  headersTimeoutMs: 10_000,
  /** Node looks for expired headers only this often, and every 30 s unless told. */
  connectionsCheckingIntervalMs: 1_000,
  /** For the whole of a JSON body. */
  bodyTimeoutMs: 30_000,
  /** Between two pieces of an upload. */
  uploadIdleTimeoutMs: 30_000,
  /** Of a model to import: 16 million parameters of a network. */
  maxImportBytes: 64 * mebibyte + 4 * mebibyte,
  /** How long making or reading a file of a model holds the event loop before others get their turn. */
  exportSliceMs: 10,
  /** For which the client of an export may take nothing. */
  exportIdleTimeoutMs: 60_000,
  /** Longer than the 60 s for which load balancers usually keep a connection, so that they close it first. */
  keepAliveTimeoutMs: 72_000,
  /** As the service closes: how long requests that were on their way are still told so, before connections end. */
  closingGraceMs: 100,
  /** What is read of a refused body, so that a client that writes before it reads sees the answer. */
  maxDrainBytes: 64 * mebibyte,
  drainTimeoutMs: 5_000,
  /** How often the events table is looked at while anyone waits for a job or follows one. */
  eventPollMs: 50,
  maxJobWaiters: 256,
  /**
   * How long telling events, or a long history, holds the event loop before others get their turn. Short, since each turn of the
   * loop accepts a single connection: a thousand that come meanwhile wait for as many turns.
   */
  eventSliceMs: 2,
  maxEventStreams: 2_000,
  /** Of what the store has for streams that catch up: bytes of one write, and of what stays in memory for all of them. */
  eventBacklog: { pieceBytes: 32 * kibibyte, maxBytes: 8 * mebibyte },
  eventStream: {
    maxBufferedBytes: 64 * kibibyte,
    /** Shorter than the 60 s after which proxies usually cut a silent connection. */
    heartbeatMs: 15_000,
    stallMs: 5_000,
  },
  /** Weights of the models that predict keeps in memory. */
  predictorCacheBytes: 256 * mebibyte,
};

export type ApiLimits = Readonly<typeof defaultLimits>;
