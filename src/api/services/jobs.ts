/** Jobs: what can be refused is refused at submit, the rest is a durable row that a trainer claims. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../contracts/canonical-json.ts';
import type { Diagnostics, LastFiniteWeights } from '../../contracts/diagnostics.ts';
import type { EpochRecord, Job, JobListQuery, JobRequest } from '../../contracts/job.ts';
import { terminalStates } from '../../contracts/job.ts';
import { type InitializeFrom, type ModelConfig, validationDataset } from '../../contracts/model-config.ts';
import type { Page } from '../../contracts/page.ts';
import type { DataService } from '../../data/messages.ts';
import { type FieldError, TrainyardError } from '../../errors.ts';
import { createId } from '../../store/ids.ts';
import type {
  ActionResult,
  IdempotencyKey,
  Store,
  StoredDataset,
  StoredVersion,
  SubmitResult,
} from '../../store/ports.ts';
import { weightedLabels } from '../../training/class-weight-problems.ts';
import { weightsInUnits } from '../../training/model-weights.ts';
import { networkLayers } from '../../training/network-layers.ts';
import { resolveConfig } from '../../training/resolve-config.ts';
import { classesOf } from '../../training/warm-start-problems.ts';
import type { ApiLimits } from '../limits.ts';
import type { EventFeed } from './event-feed.ts';
import { createJobWatcher } from './job-watcher.ts';
import { type Series, thinned } from './thinned.ts';

interface JobDependencies {
  readonly store: Store;
  readonly data: DataService;
  readonly now: () => Date;
  readonly config: {
    /** Memory that one job may need, bytes. */
    readonly jobMemoryBytes: number;
    readonly maxQueuedJobs: number;
  };
  readonly feed: EventFeed;
  readonly limits: ApiLimits;
}

/** What is drawn of a history: its peaks and valleys stay. */
const curves: readonly Series<EpochRecord>[] = [({ loss }) => loss, ({ validation_loss }) => validation_loss];

export type JobService = ReturnType<typeof createJobService>;

export function createJobService(dependencies: JobDependencies) {
  const { store, data, now, config: settings, feed, limits } = dependencies;
  async function find(id: string): Promise<Job> {
    const job = await store.jobs.get(id);
    if (!job) throw jobNotFound(id);
    return job;
  }

  /** Those of the labels named by the config that the target has; the profile knows only the most frequent. */
  async function presentLabels(
    config: ModelConfig,
    dataset: StoredDataset,
    version: StoredVersion | null,
  ): Promise<ReadonlySet<string>> {
    const labels = [...new Set([...weightedLabels(config), ...classesOf(version)])];
    const target = dataset.columns.find(({ name }) => name === config.target);
    if (labels.length === 0 || !target) return new Set();
    const { name: column, type } = target;
    const path = store.datasets.pathOf(dataset.file);
    return new Set(await data.call({ kind: 'present_labels', path, column, type, labels }));
  }

  /** @throws TrainyardError `unknown_reference` */
  async function findValidation(config: ModelConfig): Promise<StoredDataset | null> {
    const id = validationDataset(config);
    if (id === null) return null;
    const dataset = await store.datasets.get(id);
    if (!dataset) throw unknownValidation(id);
    return dataset;
  }

  /** @throws TrainyardError `unknown_reference` */
  async function findInitial({ initialize_from: from }: ModelConfig): Promise<StoredVersion | null> {
    if (from === null) return null;
    const version = await store.versions.get(from.model, from.version);
    if (!version) throw unknownInitial(from);
    return version;
  }

  const watcher = createJobWatcher({
    feed,
    maxWaiters: limits.maxJobWaiters,
    hasEnded: async (id) => {
      const job = await store.jobs.get(id);
      return job === null || terminalStates.has(job.state);
    },
  });

  return {
    /**
     * @param submitted who sent the request under which idempotency key; undefined without one
     * @throws TrainyardError `unknown_reference`, `idempotency_key_reused`, or whatever the config cannot be against the dataset: all
     *   422; `queue_full`
     */
    async submit(request: JobRequest, submitted: SubmittedAs | undefined): Promise<Submission> {
      const idempotency = submitted && { ...submitted, requestSha256: sha256(canonicalJson(request)) };
      const earlier = idempotency && (await store.jobs.replay(idempotency));
      if (earlier) return answerTo(earlier);
      const [model, dataset] = await Promise.all([
        store.models.get(request.model),
        store.datasets.get(request.dataset),
      ]);
      if (!model || !dataset) throw unknownReferences(request, model !== null, dataset !== null);
      const asked = request.config ?? model.config;
      const startingVersion = await findInitial(asked);
      const { config, epochs, warnings } = resolveConfig(asked, dataset, {
        memoryBytes: settings.jobMemoryBytes,
        presentLabels: await presentLabels(asked, dataset, startingVersion),
        startingVersion,
        validationDataset: await findValidation(asked),
      });
      const job = {
        id: createId('job', now()),
        model: model.name,
        dataset: dataset.id,
        config,
        epochs,
        warnings,
        priority: request.priority,
      };
      const result = await store.jobs.submit(job, now(), { maxQueued: settings.maxQueuedJobs, idempotency });
      if (result.outcome === 'initial_version_gone') throw unknownInitial(config.initialize_from!);
      if (result.outcome === 'validation_dataset_gone') throw unknownValidation(validationDataset(config)!);
      if (result.outcome === 'model_gone' || result.outcome === 'dataset_gone') {
        throw unknownReferences(request, result.outcome !== 'model_gone', result.outcome !== 'dataset_gone');
      }
      return answerTo(result);
    },

    /** Answers when the job has ended, or after so many seconds with the job as it then is. */
    async get(id: string, waitSeconds: number, clientGone: AbortSignal): Promise<Job> {
      if (waitSeconds > 0) await watcher.wait(id, waitSeconds * 1000, clientGone);
      return find(id);
    },

    list: (query: JobListQuery): Promise<Page<Job>> => store.jobs.list(query),

    /** @throws TrainyardError `job_not_found`, `job_state_conflict` */
    async act(action: JobAction, id: string): Promise<Job> {
      const result = await store.jobs[action](id, now());
      if (result.outcome === 'ok') return result.job;
      throw refusalOf(result, id, expectedOf[action]);
    },

    /** @throws TrainyardError `job_not_found`, `job_state_conflict` */
    async delete(id: string): Promise<void> {
      const result = await store.jobs.delete(id);
      if (result !== 'deleted') throw refusalOf(result, id, 'a job that has ended');
    },

    async history(id: string, maxPoints: number | undefined): Promise<EpochRecord[]> {
      await find(id);
      const epochs = await store.jobs.history(id);
      return maxPoints === undefined ? epochs : thinned(epochs, maxPoints, curves);
    },

    /** @throws TrainyardError `no_weights_kept` unless the job has diverged */
    async lastFiniteWeights(id: string): Promise<LastFiniteWeights> {
      const { config } = await find(id);
      const remains = await store.jobs.remains(id);
      if (!remains) {
        throw new TrainyardError('no_weights_kept', `expected a job that has diverged, ${id} has not`);
      }
      const { epoch, trained, weights } = remains;
      return { epoch, weights: weightsInUnits({ config, trained }, weights, 'model') };
    },

    async diagnostics(id: string, maxPoints: number | undefined): Promise<Diagnostics> {
      const { config } = await find(id);
      const { epochs, findings } = await store.jobs.diagnostics(id);
      const shown = maxPoints === undefined ? epochs : thinned(epochs, maxPoints);
      const layers = layersOf(config).map((layer, index) => ({
        ...layer,
        epochs: shown.map((measured) => ({ epoch: measured.epoch, ...measured.layers[index]! })),
      }));
      return { layers, findings: [...findings] };
    },

    endWaits: () => watcher.close(),
  };
}

/** What the diagnostics show of a config: the layers of a network. */
function layersOf(config: ModelConfig): Pick<Diagnostics['layers'][number], 'name' | 'activation'>[] {
  return config.type === 'mlp' ? networkLayers(config.hidden_layers) : [];
}

function unknownInitial({ model, version }: InitializeFrom): TrainyardError {
  const message = `model "${model}" has no version ${version}`;
  return new TrainyardError('unknown_reference', message, {
    errors: [{ pointer: '/config/initialize_from', code: 'unknown_reference', message }],
  });
}

function unknownValidation(id: string): TrainyardError {
  const message = `no dataset ${id}`;
  const errors = [{ pointer: '/config/validation/dataset', code: 'unknown_reference', message }];
  return new TrainyardError('unknown_reference', message, { errors });
}

function unknownReferences(request: JobRequest, hasModel: boolean, hasDataset: boolean): TrainyardError {
  const errors: FieldError[] = [];
  if (!hasModel)
    errors.push({ pointer: '/model', code: 'unknown_reference', message: `no model "${request.model}"` });
  if (!hasDataset)
    errors.push({ pointer: '/dataset', code: 'unknown_reference', message: `no dataset ${request.dataset}` });
  return new TrainyardError('unknown_reference', errors.map(({ message }) => message).join('; '), { errors });
}

export type JobAction = 'cancel' | 'pause' | 'resume';

const expectedOf: Record<JobAction, string> = {
  cancel: 'a job that has not ended',
  pause: 'a job that has not ended',
  resume: 'a paused job',
};

function refusalOf(
  result: Exclude<ActionResult, { outcome: 'ok' }>,
  id: string,
  expected: string,
): TrainyardError {
  if (result.outcome === 'not_found') return jobNotFound(id);
  return new TrainyardError('job_state_conflict', `expected ${expected}, ${id} is ${result.state}`);
}

/** Whose idempotency key a request carries. */
export type SubmittedAs = Pick<IdempotencyKey, 'holder' | 'key'>;

export interface Submission {
  readonly job: Job;
  /** The job was made by an earlier request with the same key. */
  readonly isReplayed: boolean;
}

/** @throws TrainyardError `idempotency_key_reused`, `queue_full` */
function answerTo(
  result: Exclude<
    SubmitResult,
    { outcome: 'model_gone' | 'dataset_gone' | 'validation_dataset_gone' | 'initial_version_gone' }
  >,
): Submission {
  switch (result.outcome) {
    case 'ok':
      return { job: result.job, isReplayed: false };
    case 'replayed':
      return { job: result.job, isReplayed: true };
    case 'key_reused':
      throw new TrainyardError(
        'idempotency_key_reused',
        'expected the request that this Idempotency-Key was first sent with, or a new key',
      );
    case 'queue_full':
      throw new TrainyardError('queue_full', 'the queue has no room; try again when a job has started', {
        headers: { 'retry-after': '5' },
      });
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function jobNotFound(id: string): TrainyardError {
  return new TrainyardError('job_not_found', `no job ${id}`);
}
