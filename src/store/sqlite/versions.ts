/** Model versions: what finished jobs left behind. They are written by the commit that ends a job (job-endings.ts). */
import type { StoredVersion, VersionStore } from '../ports.ts';
import { CorruptBlob, type StoredBlob } from './blob-files.ts';
import type { StoreContext } from './context.ts';
import { decodeCursor, readPage } from './cursor.ts';

interface VersionRow {
  readonly model: string;
  readonly version: number;
  readonly job: string;
  readonly dataset: string;
  readonly dataset_sha256: string;
  readonly validation_dataset_sha256: string | null;
  readonly parameters: number;
  readonly engine: string;
  readonly package_version: string;
  readonly created_at: string;
  readonly metrics: string;
  readonly config: string;
  readonly trained: string;
  readonly weights_sha256: string;
}

// The weights are left out: a list must not read them.
const versionColumns = `
  models.name AS model, version, job, dataset, dataset_sha256, validation_dataset_sha256, parameters, engine, package_version,
  versions.created_at,  metrics, versions.config, trained, weights_sha256`;

const fromModel = 'FROM versions JOIN models ON models.id = versions.model_id WHERE models.name = ?';

const selectVersion = `SELECT ${versionColumns} ${fromModel} AND version = ?`;

export const selectPage = `SELECT ${versionColumns} ${fromModel} AND version < ? ORDER BY version DESC LIMIT ?`;

const selectWeights = `
  SELECT weights AS data, weights_file AS file, weights_sha256 AS sha256 ${fromModel} AND version = ?`;

const aboveAllVersions: readonly [number] = [Number.MAX_SAFE_INTEGER];

export function createVersionStore({ connection: { database }, blobs }: StoreContext): VersionStore {
  const byNumber = database.prepare<[string, number], VersionRow>(selectVersion);
  const page = database.prepare<[string, number, number], VersionRow>(selectPage);
  const weightsOf = database.prepare<[string, number], StoredBlob>(selectWeights);

  return {
    async get(model, version) {
      const row = byNumber.get(model, version);
      return row ? toVersion(row) : null;
    },
    async latest(model) {
      const row = page.get(model, ...aboveAllVersions, 1);
      return row ? toVersion(row) : null;
    },
    async list(model, { limit, cursor }) {
      const rows = page.iterate(model, ...decodeCursor(cursor, aboveAllVersions), limit + 1);
      return readPage(rows, limit, toVersion, (row) => [row.version]);
    },
    async weights(model, version) {
      const blob = weightsOf.get(model, version);
      if (!blob) return null;
      try {
        return await blobs.load(blob);
      } catch (error) {
        // Deleting the model takes the file after the row, and may have come between our two reads.
        if (error instanceof CorruptBlob && !weightsOf.get(model, version)) return null;
        throw error;
      }
    },
  };
}

function toVersion(row: VersionRow): StoredVersion {
  const trained: StoredVersion['trained'] = JSON.parse(row.trained);
  const { classes, features, preprocessing } = trained;
  return {
    ...row,
    config: JSON.parse(row.config),
    metrics: JSON.parse(row.metrics),
    classes,
    features,
    preprocessing,
    trained,
  };
}
