/** Models: a name and a config; their versions are in a table of their own. */
import type { Model } from '../../contracts/model.ts';
import type { ModelStore } from '../ports.ts';
import type { StoreContext } from './context.ts';
import { decodeCursor, readPage, startOfTextPairs } from './cursor.ts';
import { toJson } from './json-column.ts';

interface ModelRow {
  readonly name: string;
  readonly config: string;
  readonly latest_version: number | null;
  readonly aliases: string;
  readonly created_at: string;
  readonly updated_at: string;
}

const modelColumns = `
  name, config, created_at, updated_at, (SELECT max(version) FROM versions WHERE model_id = models.id) AS latest_version,
  (SELECT json_group_object(name, version) FROM aliases WHERE model_id = models.id) AS aliases`;

const insertModel = `
  INSERT INTO models (name, config, created_at, updated_at) VALUES (@name, @config, @now, @now)
  ON CONFLICT (name) DO NOTHING`;

const updateModel = 'UPDATE models SET config = @config, updated_at = @now WHERE name = @name';

const selectModel = `SELECT ${modelColumns} FROM models WHERE name = ?`;

export const selectPage = `
  SELECT ${modelColumns} FROM models WHERE (created_at, name) < (?, ?) ORDER BY created_at DESC, name DESC LIMIT ?`;

// The condition on the state is the partial index's own, word for word: only then can SQLite use it.
export const selectActiveJob = `
  SELECT 1 FROM jobs INDEXED BY jobs_active_by_model WHERE model = ? AND state IN ('queued', 'running', 'paused') LIMIT 1`;

export const selectStartingJob = `
  SELECT 1 FROM jobs INDEXED BY jobs_active_by_initial_version
  WHERE initial_model = ? AND initial_model IS NOT NULL AND state IN ('queued', 'running', 'paused') LIMIT 1`;

const selectFiles = `
  SELECT weights_file FROM versions
  WHERE model_id = (SELECT id FROM models WHERE name = ?) AND weights_file IS NOT NULL`;

const deleteModel = 'DELETE FROM models WHERE name = ?';

/** Lists go by time of creation, then name, newest first: a put that replaces a config does not move the model. */
export function createModelStore({ connection, blobs }: StoreContext): ModelStore {
  const { database, write } = connection;
  const insert = database.prepare<{ name: string; config: string; now: string }>(insertModel);
  const update = database.prepare<{ name: string; config: string; now: string }>(updateModel);
  const byName = database.prepare<[string], ModelRow>(selectModel);
  const page = database.prepare<[string, string, number], ModelRow>(selectPage);
  const activeJob = database.prepare<[string]>(selectActiveJob);
  const startingJob = database.prepare<[string]>(selectStartingJob);
  const files = database.prepare<[string], string>(selectFiles).pluck();
  const remove = database.prepare<[string]>(deleteModel);

  return {
    async put(name, config, now) {
      const values = { name, config: toJson(config), now: now.toISOString() };
      return write(() => {
        const created = insert.run(values).changes === 1;
        if (!created) update.run(values);
        return { model: toModel(byName.get(name) as ModelRow), created };
      });
    },
    async get(name) {
      const row = byName.get(name);
      return row ? toModel(row) : null;
    },
    async list({ limit, cursor }) {
      const rows = page.iterate(...decodeCursor(cursor, startOfTextPairs), limit + 1);
      return readPage(rows, limit, toModel, (row) => [row.created_at, row.name]);
    },
    async delete(name) {
      let orphans: string[] = [];
      const outcome = write(() => {
        if (activeJob.get(name) || startingJob.get(name)) return 'in_use';
        orphans = files.all(name);
        return remove.run(name).changes === 1 ? 'deleted' : 'not_found';
      });
      await blobs.remove(orphans);
      return outcome;
    },
  };
}

function toModel(row: ModelRow): Model {
  return { ...row, config: JSON.parse(row.config), aliases: JSON.parse(row.aliases) };
}
