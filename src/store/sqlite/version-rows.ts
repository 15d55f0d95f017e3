/** Adds versions to a model inside a transaction of the caller's, whether a job left them or a file brought them. */
import { createHash } from 'node:crypto';
import type { TrainedModel } from '../../contracts/version.ts';
import type { StoredBlob } from './blob-files.ts';
import type { StoreContext } from './context.ts';
import { toJson } from './json-column.ts';

const takeVersion = `
  UPDATE models SET last_version = last_version + 1 WHERE name = ? RETURNING id, last_version AS version`;

const insertVersion = `
  INSERT INTO versions (model_id, version, job, dataset, dataset_sha256, validation_dataset_sha256, imported_from, parameters,
    engine, package_version, created_at, metrics, config, trained, trained_sha256, weights_sha256, weights_file, weights)
  VALUES (@modelId, @version, @job, @dataset, @dataset_sha256, @validation_dataset_sha256, @imported_from, @parameters,
    @engine, @package_version, @created_at, @metrics, @config, @trained, @trainedSha256, @sha256, @file, @data)`;

/** What a row says of a version, JSON as text. */
export interface VersionColumns {
  readonly job: string;
  readonly dataset: string;
  readonly dataset_sha256: string;
  readonly validation_dataset_sha256: string | null;
  readonly imported_from: string | null;
  readonly parameters: number;
  readonly engine: string;
  readonly package_version: string;
  readonly created_at: string;
  readonly metrics: string;
  readonly config: string;
  readonly trained: string;
  readonly trainedSha256: string;
}

/** The model's part of the columns, made before the transaction: a large one takes a while to write out. */
export function trainedColumns(model: TrainedModel): Pick<VersionColumns, 'trained' | 'trainedSha256'> {
  const trained = toJson(model);
  return { trained, trainedSha256: createHash('sha256').update(trained).digest('hex') };
}

/** @returns a function to the number of the new version; null when the model does not exist */
export function createVersionAppender({ connection: { database } }: Pick<StoreContext, 'connection'>) {
  const take = database.prepare<[string], { id: number; version: number }>(takeVersion);
  const insert = database.prepare<object>(insertVersion);
  return (model: string, columns: VersionColumns, blob: StoredBlob): number | null => {
    const taken = take.get(model);
    if (!taken) return null;
    insert.run({ ...columns, ...blob, modelId: taken.id, version: taken.version });
    return taken.version;
  };
}
