/** A store on disk with a table of real Parquet, and trainers with real worker threads over it. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { defaultCsvOptions } from '../../src/contracts/csv-options.ts';
import type { Job } from '../../src/contracts/job.ts';
import type { JobEvent } from '../../src/contracts/job-event.ts';
import { ModelConfig, type ResolvedModelConfig } from '../../src/contracts/model-config.ts';
import { ingest } from '../../src/data/ingest/ingest.ts';
import { uploadPath } from '../../src/data/messages.ts';
import { readTable } from '../../src/data/read-table.ts';
import { kernelsOf } from '../../src/math/kernels/math-backend.ts';
import { createId } from '../../src/store/ids.ts';
import type { JobStore, Store } from '../../src/store/ports.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import type { WorkerStart } from '../../src/trainer/messages.ts';
import { createTrainer, type TrainerOptions } from '../../src/trainer/trainer.ts';
import { resolveConfig } from '../../src/training/resolve-config.ts';
import { type FinishedTraining, train } from '../../src/training/train.ts';

export interface BenchOptions extends Partial<Omit<TrainerOptions, 'jobs'>> {
  /** Puts something between the trainer and its store: a disk that is full, or slow. */
  readonly wrapJobs?: (jobs: JobStore) => JobStore;
}

export interface RunningTrainer {
  readonly owner: string;
  /** Of `Trainer.run`: rejects as it does. */
  readonly ended: Promise<void>;
  readonly log: Record<string, unknown>[];
  /** Drains it; resolves when it has ended, however it did. */
  drain(): Promise<void>;
}

export interface TrainerBench {
  /** The owner's side: what the API process does. */
  readonly store: Store;
  /** The one dataset, which a job may name as its validation dataset too. */
  readonly datasetId: string;
  submit(config: object, priority?: number): Promise<string>;
  startTrainer(options?: BenchOptions): RunningTrainer;
  /** Polls until the condition holds; fails after 15 s. */
  waitFor(id: string, condition: (job: Job) => boolean): Promise<Job>;
  ended(id: string): Promise<Job>;
  events(id: string): Promise<JobEvent[]>;
  /** All that is known of a job but its remaining seconds, which pass. */
  everything(id: string): Promise<object>;
  /** What the same training gives without a trainer. */
  undisturbed(id: string): Promise<FinishedTraining>;
  weightsSha256(id: string): Promise<string>;
  /** Ends every trainer, closes the stores, deletes the folder. */
  close(): Promise<void>;
}

/** By config and table, both of which most tests share: a second of training each. */
const undisturbedRuns = new Map<string, FinishedTraining>();

/** @param columns of the one dataset */
export async function openBench(columns: Record<string, unknown[]>): Promise<TrainerBench> {
  const dataDir = mkdtempSync(join(tmpdir(), 'trainyard-trainer-'));
  const store = openSqliteStore({ dataDir, role: 'owner' });
  const datasetId = await addDataset(store, dataDir, columns);
  const cleanUps: (() => Promise<unknown>)[] = [];

  const getJob = async (id: string): Promise<Job> => (await store.jobs.get(id))!;

  async function waitFor(id: string, condition: (job: Job) => boolean): Promise<Job> {
    for (const startedAt = performance.now(); performance.now() - startedAt < 15_000; await sleep(5)) {
      const job = await getJob(id);
      if (condition(job)) return job;
    }
    throw new Error(`the job did not get there: ${JSON.stringify(await getJob(id))}`);
  }

  return {
    store,
    datasetId,
    async submit(config, priority = 0) {
      const dataset = (await store.datasets.get(datasetId))!;
      const parsed = ModelConfig.parse(config);
      await store.models.put('model', parsed, new Date());
      const resolved = resolveConfig(parsed, dataset, {
        memoryBytes: 2 ** 30,
        presentLabels: new Set(),
        validationDataset: 'dataset' in parsed.validation ? dataset : null,
      });
      const id = createId('job', new Date());
      await store.jobs.submit({ id, model: 'model', dataset: datasetId, priority, ...resolved }, new Date());
      return id;
    },
    startTrainer(options = {}) {
      const running = startTrainer(openSqliteStore({ dataDir, role: 'client' }), options);
      cleanUps.push(() => running.drain());
      return running;
    },
    waitFor,
    ended: (id) => waitFor(id, ({ state }) => state === 'succeeded' || state === 'failed'),
    events: (id) => store.jobs.events(id, 0, 100_000),
    async everything(id) {
      const { progress, ...job } = await getJob(id);
      const [history, events] = [await store.jobs.history(id), await store.jobs.events(id, 0, 100_000)];
      return { job, epoch: progress.epoch, history, events };
    },
    async undisturbed(id) {
      const { config } = await getJob(id);
      const { file, sha256, columns: profiles } = (await store.datasets.get(datasetId))!;
      const key = JSON.stringify([config, sha256]);
      const known = config.initialize_from ? undefined : undisturbedRuns.get(key);
      if (known) return known;
      const from = config.initialize_from;
      const ref = from && (await store.versions.resolve(from.model, from.version));
      const outcome = train({
        config: config as ResolvedModelConfig,
        initial: ref && (await store.versions.load(ref)),
        table: await readTable(store.datasets.pathOf(file), profiles),
        dataHash: '',
        checkpoint: null,
        createKernels: kernelsOf('auto'),
        control: () => 'continue',
        nowMs: () => 0,
        onEpoch: () => {},
        onCheckpoint: () => {},
      });
      if (outcome.kind !== 'finished') throw new Error('the training was stopped');
      undisturbedRuns.set(key, outcome);
      return outcome;
    },
    async weightsSha256(id) {
      const { version } = await getJob(id);
      return (await store.versions.get('model', version!))!.weights_sha256;
    },
    async close() {
      await Promise.all(cleanUps.map((cleanUp) => cleanUp()));
      await store.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}

async function addDataset(
  store: Store,
  dataDir: string,
  columns: Record<string, unknown[]>,
): Promise<string> {
  const id = createId('ds', new Date());
  const { file, path } = store.datasets.reserveFile(id);
  const folder = join(dataDir, 'spool', id);
  mkdirSync(folder);
  writeFileSync(uploadPath(folder), JSON.stringify({ columns }));
  const table = await ingest({ kind: 'ingest', format: 'json', folder, path, csv: defaultCsvOptions });
  await store.datasets.insert({ ...table, id, file, created_at: new Date().toISOString() });
  return id;
}

export function startRealWorker(start: WorkerStart): Worker {
  return new Worker(new URL('../../src/trainer/worker.ts', import.meta.url), { workerData: start });
}

/** As src/roles/trainer-role.ts wires it. */
function startTrainer(
  client: Store,
  { wrapJobs = (jobs) => jobs, ...options }: BenchOptions,
): RunningTrainer {
  const log: Record<string, unknown>[] = [];
  const owner = `trainer-${randomUUID()}`;
  const trainer = createTrainer({
    jobs: wrapJobs(client.jobs),
    owner,
    readTable,
    startWorker: startRealWorker,
    mathBackend: 'auto',
    threads: 2,
    packageVersion: '0.0.0-test',
    checkpointMs: 5_000,
    leaseMs: 15_000,
    stallMs: 120_000,
    memoryBytes: 2 ** 30,
    rssBytes: () => process.memoryUsage.rss(),
    now: () => new Date(),
    logger: pino({ level: 'info' }, { write: (line: string) => void log.push(JSON.parse(line)) }),
    ...options,
  });
  const ended = trainer.run();
  const closed = ended.catch(() => undefined).then(() => client.close());
  return {
    owner,
    ended,
    log,
    drain() {
      trainer.drain();
      return closed;
    },
  };
}
