/**
 * What the service needs of a store, one method per atomic step. Every method is one commit (or one read); a promise that
 * resolves means that the change is on disk. Methods return promises so that a networked store can stand behind them.
 */
import type { Dataset } from '../contracts/dataset.ts';
import type { EpochReport, Finding, LayerStatistics } from '../contracts/diagnostics.ts';
import type { EpochRecord, Job, JobListQuery, JobState, StopReason } from '../contracts/job.ts';
import type { JobEvent } from '../contracts/job-event.ts';
import type { SplitMetrics } from '../contracts/metrics.ts';
import type { Alias, Model } from '../contracts/model.ts';
import type { ModelConfig, ResolvedModelConfig } from '../contracts/model-config.ts';
import type { ModelFile } from '../contracts/model-file.ts';
import type { Warning } from '../contracts/names.ts';
import type { Page, PageQuery } from '../contracts/page.ts';
import type { TrainedModel, Version } from '../contracts/version.ts';
import type { JobErrorCode } from '../errors.ts';

/** A dataset with what only the service needs to know of it. */
export interface StoredDataset extends Dataset {
  /** Name of the Parquet file in the store's dataset folder. */
  readonly file: string;
  /** Number columns whose every value is a whole number: they may be a class target. */
  readonly integral_columns: readonly string[];
}

export interface DatasetStore {
  /** Path for the data process to write a new table to, and its name as `StoredDataset.file`. Nothing is created yet. */
  reserveFile(id: string): { readonly file: string; readonly path: string };
  /** Path of a stored dataset's file. */
  pathOf(file: string): string;
  /** Commits the row of a table whose file is already durable (written, fsynced, renamed, folder fsynced). */
  insert(dataset: StoredDataset): Promise<void>;
  get(id: string): Promise<StoredDataset | null>;
  list(query: PageQuery): Promise<Page<StoredDataset>>;
  /** Deletes the row, then the file. `in_use` while a queued, running or paused job reads it, to validate on or to train on. */
  delete(id: string): Promise<'deleted' | 'not_found' | 'in_use'>;
}

export interface ModelStore {
  /** Creates or replaces the config; versions stay. */
  put(
    name: string,
    config: ModelConfig,
    now: Date,
  ): Promise<{ readonly model: Model; readonly created: boolean }>;
  get(name: string): Promise<Model | null>;
  list(query: PageQuery): Promise<Page<Model>>;
  /** Deletes the model and its versions. `in_use` while a job of it, or one that starts from a version of it, is not terminal. */
  delete(name: string): Promise<'deleted' | 'not_found' | 'in_use'>;
}

/** A version with its numbers. */
export interface StoredVersion extends Version {
  readonly model: string;
  readonly trained: TrainedModel;
}

/** How a request names a version: by number, by alias, or as the newest. */
export type VersionSelector = number | { readonly alias: string } | 'latest';

/** A version as it was found: what is kept under `key` is that of this content for good. */
export interface VersionRef {
  /** Never given to another content, not even by a model that is made again under the same name. */
  readonly key: string;
  readonly version: number;
  /** Number of weights and biases. */
  readonly parameters: number;
}

/** What predict runs on. */
export interface LoadedVersion {
  readonly trained: TrainedModel;
  readonly weights: Uint8Array;
}

/** A version from a file, which was checked: predict will trust it. */
export interface ImportedVersion {
  readonly file: ModelFile;
  readonly weights: Uint8Array;
  /** Number of weights and biases. */
  readonly parameters: number;
}

export interface VersionStore {
  /** Commits the model's next version; returns its number, or null when the model does not exist. */
  import(model: string, imported: ImportedVersion, now: Date): Promise<number | null>;
  get(model: string, version: number): Promise<StoredVersion | null>;
  list(model: string, query: PageQuery): Promise<Page<StoredVersion>>;
  /** Which version the selector names now: a cheap read. Null when the model or such a version of it does not exist. */
  resolve(model: string, selector: VersionSelector): Promise<VersionRef | null>;
  /**
   * Null when the version is gone.
   *
   * @throws TrainyardError `model_corrupt` when the bytes are not those that were stored
   */
  load(ref: VersionRef): Promise<(LoadedVersion & { readonly config: ResolvedModelConfig }) | null>;
  /**
   * The weights block as finish stored it, in a buffer of its own (byte offset 0); null when the version is gone.
   *
   * @throws TrainyardError `model_corrupt` when the bytes are not those that were stored
   */
  weights(model: string, version: number): Promise<Uint8Array | null>;
  /** `aliased` while an alias points to it, `in_use` while an active job starts from it. */
  delete(model: string, version: number): Promise<'deleted' | 'not_found' | 'aliased' | 'in_use'>;
}

/** Whether the alias may be changed, given the version that it points to (null: there is no such alias). */
export type AliasCondition = (current: number | null) => boolean;

export interface AliasStore {
  get(model: string, alias: string): Promise<Alias | null>;
  /** Points the alias to the version, if the condition holds at that moment: one atomic step. */
  put(
    model: string,
    alias: string,
    version: number,
    condition: AliasCondition,
    now: Date,
  ): Promise<
    | { readonly outcome: 'ok'; readonly alias: Alias; readonly created: boolean }
    | { readonly outcome: 'model_not_found' | 'version_not_found' }
    | { readonly outcome: 'condition_failed'; readonly current: number | null }
  >;
  delete(
    model: string,
    alias: string,
    condition: AliasCondition,
  ): Promise<
    | { readonly outcome: 'deleted' | 'not_found' }
    | { readonly outcome: 'condition_failed'; readonly current: number }
  >;
}

/** What a trainer holds of a job it has claimed. Every write names it, and changes nothing once another claim or a cancel came. */
export interface Fence {
  readonly jobId: string;
  readonly attempt: number;
}

export interface NewJob {
  readonly id: string;
  readonly model: string;
  readonly dataset: string;
  readonly config: ResolvedModelConfig;
  readonly priority: number;
  /** Most epochs (or iterations) that the config allows. */
  readonly epochs: number;
  readonly warnings: readonly Warning[];
  /** Number of the version that the job trains again to compare; without it, it makes one. */
  readonly verifies?: number;
}

export interface ClaimedJob {
  readonly fence: Fence;
  readonly job: Job;
  readonly config: ResolvedModelConfig;
  readonly dataset: StoredDataset;
  /** Path of the dataset's Parquet file. */
  readonly datasetPath: string;
  /** The dataset that the config validates on, where it names one. */
  readonly validation: { readonly dataset: StoredDataset; readonly path: string } | null;
  /**
   * The version that the job starts from, if it names one and has no checkpoint; `unreadable` when its bytes are not those that were
   * stored.
   */
  readonly initial: LoadedVersion | 'unreadable' | null;
  /** The last checkpoint, if there is one; history rows past it were deleted in the claim's commit. */
  readonly checkpoint: Uint8Array | null;
}

/** Everything that a succeeded job leaves behind, committed at once. */
export interface JobResult {
  readonly stopReason: StopReason;
  readonly metrics: SplitMetrics;
  readonly warnings: readonly Warning[];
  /** Those that no progress has told. */
  readonly findings?: readonly Finding[];
  readonly trained: TrainedModel;
  readonly weights: Uint8Array;
  readonly weightsSha256: string;
  readonly parameters: number;
  readonly engine: string;
  readonly packageVersion: string;
}

/** A place in the order in which a store committed its events, those of all jobs together. */
export interface PlacedEvent {
  readonly position: number;
  readonly jobId: string;
  readonly event: JobEvent;
}

/** How a claim stands: still held, held but asked to let go, or over. */
export type Standing = 'held' | 'pause' | 'lost';

/** `lost`: the fence no longer holds (cancelled, claimed again, deleted); nothing was changed and the trainer must let go. */
export type FencedResult = 'ok' | 'lost';

export type ActionResult =
  | { readonly outcome: 'ok'; readonly job: Job }
  | { readonly outcome: 'not_found' }
  | {
      readonly outcome: 'conflict';
      readonly state: JobState;
    };

/** The last weights of a diverged job that were finite: to look at, never to predict with. */
export interface Remains {
  /** After which they were the weights. */
  readonly epoch: number;
  readonly trained: TrainedModel;
  readonly weights: Uint8Array;
}

export interface JobFailureReport {
  readonly code: JobErrorCode;
  readonly message: string;
  readonly stopReason: StopReason;
  /** Those that no progress has told. */
  readonly findings?: readonly Finding[];
  readonly remains?: Remains | null;
}

/** What was seen inside a training. */
export interface JobDiagnostics {
  /** By epoch, then by layer. */
  readonly epochs: readonly { readonly epoch: number; readonly layers: readonly LayerStatistics[] }[];
  readonly findings: readonly Finding[];
}

/** Names a submit, so that sending it again does not make a second job. */
export interface IdempotencyKey {
  /** Whose key it is: another holder's equal key is another one. */
  readonly holder: string;
  readonly key: string;
  /** Of what was asked for. */
  readonly requestSha256: string;
}

/** `replayed`: as it was answered the first time. `key_reused`: the key stands for another request. */
export type Replay = { readonly outcome: 'replayed'; readonly job: Job } | { readonly outcome: 'key_reused' };

export type SubmitResult =
  | { readonly outcome: 'ok'; readonly job: Job }
  | { readonly outcome: 'model_gone' }
  | { readonly outcome: 'dataset_gone' }
  | { readonly outcome: 'validation_dataset_gone' }
  | { readonly outcome: 'initial_version_gone' }
  | { readonly outcome: 'verified_version_gone' }
  | { readonly outcome: 'queue_full' }
  | Replay;

export interface SubmitOptions {
  /** Refuse when so many jobs wait already; default no bound. */
  readonly maxQueued?: number;
  readonly idempotency?: IdempotencyKey | undefined;
}

/** What has outlived its use. A null date keeps all. */
export interface RetentionCutoffs {
  /** Jobs that ended before it go, with their history and events. Their versions stay. */
  readonly jobsEndedBefore: Date | null;
  /** Of jobs that ended before it, the `progress`, `diagnostics` and `checkpoint` events go: history and diagnostics tell the same. */
  readonly eventsEndedBefore: Date | null;
  /** Idempotency keys used before it go. */
  readonly keysBefore: Date;
}

export interface JobStore {
  /**
   * Commits the job, its `queued` event and its idempotency key, if its model, its datasets (that of its validation too) and the
   * version that it starts from still exist at that moment. A key that was used answers as it did, whatever has become of them.
   */
  submit(job: NewJob, now: Date, options?: SubmitOptions): Promise<SubmitResult>;
  /** What an earlier submit with this key came to; null when there was none. */
  replay(key: IdempotencyKey): Promise<Replay | null>;
  get(id: string): Promise<Job | null>;
  list(query: JobListQuery): Promise<Page<Job>>;
  /** Every state, those without a job too. */
  countByState(): Promise<Readonly<Record<JobState, number>>>;
  /** Its epochs after one, in order, as many as `limit`; by default all. */
  history(id: string, after?: number, limit?: number): Promise<EpochRecord[]>;
  diagnostics(id: string): Promise<JobDiagnostics>;
  /** What a diverged job has left; null for any other. */
  remains(id: string): Promise<Remains | null>;
  /** Events with an id above `after`, oldest first. */
  events(id: string, after: number, limit: number): Promise<JobEvent[]>;
  /** Position of the newest event of all; 0 when there is none. */
  lastPosition(): Promise<number>;
  /** Events of all jobs past a position, in the order of their commits: none is ever added before one that was returned. */
  eventsPast(position: number, limit: number): Promise<PlacedEvent[]>;
  /** queued, running or paused → cancelled, at once: the fence stops the trainer. Cancelling a cancelled job is ok. */
  cancel(id: string, now: Date): Promise<ActionResult>;
  /** queued → paused; a running job's trainer is asked to let go (`standing`). Pausing a paused job is ok. */
  pause(id: string, now: Date): Promise<ActionResult>;
  /** paused → queued; a running job that was asked to pause goes on. A conflict for any other. */
  resume(id: string, now: Date): Promise<ActionResult>;
  /** Deletes an ended job with its history and events; its version stays. */
  delete(id: string): Promise<'deleted' | Exclude<ActionResult, { outcome: 'ok' }>>;

  /** The queued job of highest priority, oldest first, becomes this owner's: attempt rises, lease starts. Null: none waits. */
  claim(owner: string, leaseMs: number, now: Date): Promise<ClaimedJob | null>;
  /** Extends the lease. */
  renew(fence: Fence, leaseMs: number, now: Date): Promise<FencedResult>;
  /** A read: whether the fence still holds, and whether a pause was asked for. */
  standing(fence: Fence): Promise<Standing>;
  /**
   * Appends history rows (at least one, in order of their epochs) with what the diagnostics saw, and raises loss and progress, in
   * one commit; with a `progress` event of the last, unless the job had one less than 125 ms ago. A finding is known by epoch, code
   * and layer, and replaces one of the same. Rejects, and changes nothing, when a number is not finite.
   */
  progress(fence: Fence, reports: readonly EpochReport[], engine: string, now: Date): Promise<FencedResult>;
  /**
   * Replaces the checkpoint (and with it the count of crashes since one). Progress up to `epoch` must have been written:
   * a job resumed here would lack it for good.
   */
  checkpoint(fence: Fence, epoch: number, state: Uint8Array, now: Date): Promise<FencedResult>;
  /** Commits the model's next version and the job's success. */
  finish(fence: Fence, result: JobResult, now: Date): Promise<FencedResult>;
  fail(fence: Fence, failure: JobFailureReport, now: Date): Promise<FencedResult>;
  /**
   * The claim's checkpoint cannot be used, for it is of another format or of other data: deletes it with a warning, and gives the job
   * back as `release` does. The next claim goes on from the one before.
   */
  discardCheckpoint(fence: Fence, why: string, now: Date): Promise<FencedResult>;
  /** Gives the job back to the queue, or pauses it if that was asked for: a drain, which is no crash. */
  release(fence: Fence, now: Date): Promise<FencedResult>;

  /**
   * A trainer died: its jobs go back to the queue with one crash more (or pause, if that was asked for), or fail as `poison` at
   * the third in a row without a new checkpoint. Returns how many jobs it held.
   */
  releaseOwner(owner: string, now: Date): Promise<number>;
  /** The same for every running job of the store: called by the one owner of DATA_DIR as it starts. */
  releaseAll(now: Date): Promise<number>;
  /** The same for jobs whose lease has run out. */
  releaseExpired(now: Date): Promise<number>;
  /** A read: the owners of leases that have run out. One that hangs inside a commit keeps every writer waiting. */
  expiredOwners(now: Date): Promise<string[]>;
  /** Deletes what has outlived its use, in many small commits; between two of them `signal` ends it. Returns how much went. */
  retire(
    cutoffs: RetentionCutoffs,
    signal?: AbortSignal,
  ): Promise<{ jobs: number; events: number; keys: number }>;
}

/** The reason why a store cannot be opened, in words for the operator; nothing was changed. */
export class StoreRefusal extends Error {
  override readonly name = 'StoreRefusal';
}

/** The store at one moment, as files that nothing changes any more. */
export interface StoreSnapshot {
  readonly files: readonly {
    /** Path within a folder of the store, with `/`. */
    readonly name: string;
    readonly path: string;
    readonly bytes: number;
  }[];
  /** Deletes them. */
  release(): Promise<void>;
}

export interface Store {
  readonly datasets: DatasetStore;
  readonly models: ModelStore;
  readonly versions: VersionStore;
  readonly aliases: AliasStore;
  readonly jobs: JobStore;
  /** Throws when the store cannot be read: the readiness check. */
  ping(): Promise<void>;
  /**
   * Deletes files that no row names: half-written tables and spools that a crash left. Only the owner of DATA_DIR calls
   * it, before any upload starts.
   */
  sweep(): Promise<number>;
  /** Reads and writes go on while it is taken and while it is there. */
  snapshot(): Promise<StoreSnapshot>;
  close(): Promise<void>;
}
