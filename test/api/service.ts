/** The real app on a real socket: SQLite in a temporary folder, the data process's own handler, a trainer for one job at a time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import type { ApiInstance } from '../../src/api/api-instance.ts';
import { type ApiConfig, type AppDependencies, createApp } from '../../src/api/app.ts';
import { createDataClient, type DataTransport } from '../../src/data/client.ts';
import type { DataService, FromDataProcess, ToDataProcess } from '../../src/data/messages.ts';
import { runDataProcess } from '../../src/data/process.ts';
import { readTable } from '../../src/data/read-table.ts';
import { kernelsOf } from '../../src/math/kernels/math-backend.ts';
import type { Store } from '../../src/store/ports.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { createEvaluator } from '../../src/training/run-evaluation.ts';
import { inspectInThread } from '../../src/training/run-inspection.ts';
import { readModelFile } from '../../src/training/safetensors/read-model-file.ts';
import { train } from '../../src/training/train.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; throws when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely; the app itself checks them against their schemas
  readonly json: any;
}

export interface Sent {
  readonly body?: string | Uint8Array;
  /** Sent as JSON with its content type. */
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly onRequest?: (request: ClientRequest) => void;
}

export interface TestService {
  readonly app: ApiInstance;
  readonly store: Store;
  readonly dataDir: string;
  readonly port: number;
  /** Lines that the service logged. */
  readonly log: Record<string, unknown>[];
  call(method: string, path: string, sent?: Sent): Promise<Answer>;
  /** Trains the next queued job to its end. */
  trainNext(): Promise<void>;
  close(): Promise<void>;
}

export interface TestOptions {
  /** An existing folder; by default a new one. Deleted at the end. */
  readonly dataDir?: string;
  readonly config?: Partial<ApiConfig>;
  readonly limits?: AppDependencies['limits'];
  readonly isDataUp?: () => boolean;
  /** Routes of the test's own, to make a handler fail. */
  readonly wrapStore?: (store: Store) => Store;
}

export async function startService(options: TestOptions = {}): Promise<TestService> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'trainyard-api-'));
  const log: Record<string, unknown>[] = [];
  const logger: Logger = pino(
    { level: 'info' },
    { write: (line: string) => void log.push(JSON.parse(line)) },
  );
  const opened = openSqliteStore({ dataDir, role: 'owner' });
  const store = options.wrapStore?.(opened) ?? opened;
  const app = await createApp({
    store,
    data: dataServiceInProcess(logger),
    isDataUp: options.isDataUp ?? (() => true),
    config: {
      dataDir,
      apiKeys: [],
      allowAnonymous: false,
      maxUploadBytes: 64 * 1024 ** 2,
      jobMemoryBytes: 512 * 1024 ** 2,
      maxQueuedJobs: 1000,
      mathBackend: 'auto',
      ...options.config,
    },
    logger,
    packageVersion: '0.0.0-test',
    now: () => new Date(),
    limits: { eventPollMs: 10, ...options.limits },
    checkResponses: true,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    app,
    store,
    dataDir,
    port,
    log,
    call: (method, path, sent) => call(port, method, path, sent),
    trainNext: () => trainNext(store),
    async close() {
      await app.close();
      await store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The data process's handler behind a channel that copies as IPC does. */
function dataServiceInProcess(logger: Logger): DataService {
  let toProcess: (message: ToDataProcess) => void = () => {};
  let toClient: (message: FromDataProcess) => void = () => {};
  runDataProcess({
    readModelFile,
    logger,
    evaluate: createEvaluator('auto'),
    inspect: inspectInThread,
    channel: {
      send: (message) => setImmediate(() => toClient(structuredClone(message))),
      onMessage: (listener) => {
        toProcess = listener;
      },
    },
  });
  const transport: DataTransport = {
    send: (message) => {
      setImmediate(() => toProcess(structuredClone(message)));
      return true;
    },
    onMessage: (listener) => {
      toClient = listener;
    },
    onDown: () => {},
  };
  return createDataClient(transport);
}

async function trainNext(store: Store): Promise<void> {
  const claimed = await store.jobs.claim('test', 60_000, new Date());
  if (!claimed) throw new Error('no job is queued');
  const { fence, config, dataset, datasetPath, validation, initial, checkpoint } = claimed;
  if (initial === 'unreadable') throw new Error('the initial version cannot be read');
  const table = await readTable(datasetPath, dataset.columns);
  const validationTable = validation && (await readTable(validation.path, validation.dataset.columns));
  const outcome = train({
    config,
    table,
    validationTable,
    dataHash: dataset.sha256,
    initial,
    checkpoint,
    createKernels: kernelsOf('auto'),
    control: () => 'continue',
    nowMs: () => performance.now(),
    onEpoch: (record) => void store.jobs.progress(fence, [record], 'wasm-fma/1', new Date()),
    onCheckpoint: () => {},
  });
  if (outcome.kind !== 'finished') throw new Error('the training was stopped');
  await store.jobs.finish(fence, { ...outcome, packageVersion: '0.0.0-test' }, new Date());
}

function call(port: number, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const body = sent.json === undefined ? sent.body : JSON.stringify(sent.json);
  const headers = {
    ...(sent.json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    ...sent.headers,
  };
  const request = httpRequest(
    { host: '127.0.0.1', port, method, path, headers, agent: false },
    (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString();
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          text,
          get json() {
            return JSON.parse(text);
          },
        });
      });
    },
  );
  request.on('error', reject);
  sent.onRequest?.(request);
  request.end(body);
  return promise;
}

export interface RawOptions {
  /** Closes our half after the last byte. */
  readonly end?: boolean;
  /** Stops waiting for the other side to close. */
  readonly waitMs?: number;
}

/** Writes bytes on a socket and reads what comes until the other side closes. */
export function sendRaw(
  port: number,
  bytes: string | Uint8Array,
  { end, waitMs = 3_000 }: RawOptions = {},
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const socket = connect(port, '127.0.0.1');
  const pieces: Buffer[] = [];
  const timer = setTimeout(() => socket.destroy(), waitMs);
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
  });
  socket.on('close', () => {
    clearTimeout(timer);
    resolve(parseAnswer(Buffer.concat(pieces).toString('latin1')));
  });
  socket.write(bytes);
  if (end) socket.end();
  return promise;
}

/** Status 0: nothing came. */
function parseAnswer(text: string): Answer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const body = rest.join('\r\n\r\n');
  return {
    status: Number(statusLine.split(' ')[1] ?? 0),
    headers,
    text: body,
    get json() {
      return JSON.parse(body);
    },
  };
}
