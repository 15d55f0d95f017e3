/** Model versions: what finished jobs left behind, written by the commit that ends a job (job-endings.ts), and what files brought. */
import { createHash } from 'node:crypto';
import { TrainyardError } from '../../errors.ts';
import type { StoredVersion, VersionRef, VersionSelector, VersionStore } from '../ports.ts';
import { CorruptBlob, type StoredBlob } from './blob-files.ts';
import type { StoreContext } from './context.ts';
import { decodeCursor, readPage } from './cursor.ts';
import { createVersionImport } from './version-import.ts';

interface VersionRow {
  readonly model: string;
  readonly version: number;
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
  readonly weights_sha256: string;
}

/** A version's row by the parts of its key, whatever its model is called by now. */
interface KeyParts {
  readonly modelId: number;
  readonly version: number;
}

interface RefRow extends KeyParts {
  readonly parameters: number;
}

interface ContentRow extends StoredBlob {
  readonly config: string;
  readonly trained: string;
  readonly trainedSha256: string;
}

// The weights are left out: a list must not read them.
const versionColumns = `
  models.name AS model, version, job, dataset, dataset_sha256, validation_dataset_sha256, imported_from, parameters, engine,
  package_version, versions.created_at, metrics, versions.config, trained, weights_sha256`;

const fromModel = 'FROM versions JOIN models ON models.id = versions.model_id WHERE models.name = ?';

const selectVersion = `SELECT ${versionColumns} ${fromModel} AND version = ?`;

export const selectPage = `SELECT ${versionColumns} ${fromModel} AND version < ? ORDER BY version DESC LIMIT ?`;

const selectRef = `SELECT model_id AS modelId, version, parameters ${fromModel}`;

const selectLatest = `${selectRef} ORDER BY version DESC LIMIT 1`;

const selectNumbered = `${selectRef} AND version = ?`;

const selectAliased = `
  ${selectRef} AND version = (SELECT version FROM aliases WHERE model_id = models.id AND aliases.name = ?)`;

const selectContent = `
  SELECT config, trained, trained_sha256 AS trainedSha256, weights AS data, weights_file AS file, weights_sha256 AS sha256
  FROM versions WHERE model_id = @modelId AND version = @version`;

const selectAlias = 'SELECT name FROM aliases WHERE model_id = @modelId AND version = @version LIMIT 1';

// The conditions are the partial indexes' own, word for word: only then can SQLite use it.
export const selectVerifyingJob = `
  SELECT 1 FROM jobs INDEXED BY jobs_active_by_model
  WHERE model = ? AND verifies = ? AND state IN ('queued', 'running', 'paused') LIMIT 1`;

export const selectStartingJob = `
  SELECT 1 FROM jobs INDEXED BY jobs_active_by_initial_version
  WHERE initial_model = ? AND initial_version = ? AND initial_model IS NOT NULL
    AND state IN ('queued', 'running', 'paused') LIMIT 1`;

const deleteVersion = `
  DELETE FROM versions WHERE model_id = @modelId AND version = @version RETURNING weights_file`;

const maxFound = 1_000;

const aboveAllVersions: readonly [number] = [Number.MAX_SAFE_INTEGER];

export function createVersionStore(context: StoreContext): VersionStore {
  const { connection, blobs } = context;
  const { database, write } = connection;
  const byNumber = database.prepare<[string, number], VersionRow>(selectVersion);
  const page = database.prepare<[string, number, number], VersionRow>(selectPage);
  const latest = database.prepare<[string], RefRow>(selectLatest);
  const numbered = database.prepare<[string, number], RefRow>(selectNumbered);
  const aliased = database.prepare<[string, string], RefRow>(selectAliased);
  const contentOf = database.prepare<[KeyParts], ContentRow>(selectContent);
  const aliasOf = database.prepare<[KeyParts]>(selectAlias);
  const startingJob = database.prepare<[string, number]>(selectStartingJob);
  const verifyingJob = database.prepare<[string, number]>(selectVerifyingJob);
  const remove = database.prepare<[KeyParts], string | null>(deleteVersion).pluck();

  /** What `resolve` found since the last commit of anyone, by model and then selector. */
  const found = new Map<string, VersionRef>();

  function find(model: string, selector: VersionSelector): RefRow | undefined {
    if (selector === 'latest') return latest.get(model);
    return typeof selector === 'number' ? numbered.get(model, selector) : aliased.get(model, selector.alias);
  }

  async function weightsOf(parts: KeyParts, content: ContentRow): Promise<Uint8Array | null> {
    try {
      return await blobs.load(content);
    } catch (error) {
      if (!(error instanceof CorruptBlob)) throw error;
      // A deletion takes the file after the row, and may have come between our two reads.
      if (!contentOf.get(parts)) return null;
      throw corrupt(error);
    }
  }

  return {
    ...createVersionImport(context),
    async get(model, version) {
      const row = byNumber.get(model, version);
      return row ? toVersion(row) : null;
    },
    async list(model, { limit, cursor }) {
      const rows = page.iterate(model, ...decodeCursor(cursor, aboveAllVersions), limit + 1);
      return readPage(rows, limit, toVersion, (row) => [row.version]);
    },
    async resolve(model, selector) {
      if (!connection.isUnchanged() || found.size > maxFound) found.clear();
      const name = `${model} ${typeof selector === 'object' ? `@${selector.alias}` : selector}`;
      const known = found.get(name);
      if (known) return known;
      const row = find(model, selector);
      if (!row) return null;
      const ref = { key: `${row.modelId}/${row.version}`, version: row.version, parameters: row.parameters };
      found.set(name, ref);
      return ref;
    },
    async load(ref) {
      const parts = partsOf(ref);
      const content = contentOf.get(parts);
      if (!content) return null;
      if (sha256(content.trained) !== content.trainedSha256) throw corrupt();
      const weights = await weightsOf(parts, content);
      return weights && { config: JSON.parse(content.config), trained: JSON.parse(content.trained), weights };
    },
    async weights(model, version) {
      const parts = numbered.get(model, version);
      const content = parts && contentOf.get(parts);
      return content ? weightsOf(parts, content) : null;
    },
    async delete(model, version) {
      let file: string | null = null;
      const outcome = write(() => {
        const parts = numbered.get(model, version);
        if (!parts) return 'not_found';
        if (aliasOf.get(parts)) return 'aliased';
        if (startingJob.get(model, version) || verifyingJob.get(model, version)) return 'in_use';
        file = remove.get(parts) ?? null;
        return 'deleted';
      });
      if (file !== null) await blobs.remove([file]);
      return outcome;
    },
  };
}

function partsOf({ key }: VersionRef): KeyParts {
  const [modelId, version] = key.split('/').map(Number);
  return { modelId, version };
}

function corrupt(cause?: unknown): TrainyardError {
  return new TrainyardError('model_corrupt', 'the stored version is not what was written', { cause });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function toVersion(row: VersionRow): StoredVersion {
  const trained: StoredVersion['trained'] = JSON.parse(row.trained);
  const { classes, features, preprocessing } = trained;
  return {
    ...row,
    config: JSON.parse(row.config),
    metrics: JSON.parse(row.metrics),
    imported_from: row.imported_from === null ? null : JSON.parse(row.imported_from),
    classes,
    features,
    preprocessing,
    trained,
  };
}
