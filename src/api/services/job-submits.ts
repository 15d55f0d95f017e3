/** Submits: what can be refused is refused now, the rest is a durable row that a trainer claims. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../contracts/canonical-json.ts';
import type { Job, JobRequest } from '../../contracts/job.ts';
import {
  type InitializeFrom,
  type ModelConfig,
  type ResolvedModelConfig,
  validationDataset,
} from '../../contracts/model-config.ts';
import type { DataService } from '../../data/messages.ts';
import { type FieldError, TrainyardError } from '../../errors.ts';
import { createId } from '../../store/ids.ts';
import type { IdempotencyKey, Store, StoredDataset, StoredVersion, SubmitResult } from '../../store/ports.ts';
import { weightedLabels } from '../../training/class-weight-problems.ts';
import { epochLimit, resolveConfig } from '../../training/resolve-config.ts';
import { classesOf } from '../../training/warm-start-problems.ts';
import { modelNotFound, versionNotFound } from './models.ts';

export interface SubmitDependencies {
  readonly store: Store;
  readonly data: DataService;
  readonly now: () => Date;
  readonly config: {
    /** Memory that one job may need, bytes. */
    readonly jobMemoryBytes: number;
    readonly maxQueuedJobs: number;
  };
}

/** Whose idempotency key a request carries. */
export type SubmittedAs = Pick<IdempotencyKey, 'holder' | 'key'>;

export interface Submission {
  readonly job: Job;
  /** The job was made by an earlier request with the same key. */
  readonly isReplayed: boolean;
}

export function createSubmits({ store, data, now, config: settings }: SubmitDependencies) {
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
      if (result.outcome === 'verified_version_gone')
        throw new Error('a job that verifies nothing was refused');
      return answerTo(result);
    },

    /**
     * A job that trains the version again, by its own config on its own data, and compares the weights.
     *
     * @throws TrainyardError `model_not_found`, `version_not_found`; `dataset_not_found` when what it was trained on was deleted;
     *   `queue_full`
     */
    async verify(name: string, number: number): Promise<Job> {
      const version = await store.versions.get(name, number);
      if (!version)
        throw (await store.models.get(name)) ? versionNotFound(name, number) : modelNotFound(name);
      // What a version keeps is the config as it was resolved.
      const config = version.config as ResolvedModelConfig;
      const job = {
        id: createId('job', now()),
        model: name,
        dataset: version.dataset,
        config,
        epochs: epochLimit(config),
        warnings: [],
        priority: 0,
        verifies: number,
      };
      const result = await store.jobs.submit(job, now(), { maxQueued: settings.maxQueuedJobs });
      switch (result.outcome) {
        case 'model_gone':
          throw modelNotFound(name);
        case 'verified_version_gone':
          throw versionNotFound(name, number);
        case 'initial_version_gone': {
          const { model, version: from } = config.initialize_from!;
          throw versionNotFound(model, from);
        }
        case 'dataset_gone':
        case 'validation_dataset_gone': {
          const message = `version ${number} of "${name}" cannot be trained again: its data was deleted`;
          throw new TrainyardError('dataset_not_found', message);
        }
        default:
          return answerTo(result).job;
      }
    },
  };
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

/** @throws TrainyardError `idempotency_key_reused`, `queue_full` */
function answerTo(
  result: Exclude<
    SubmitResult,
    {
      outcome:
        | 'model_gone'
        | 'dataset_gone'
        | 'validation_dataset_gone'
        | 'initial_version_gone'
        | 'verified_version_gone';
    }
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
