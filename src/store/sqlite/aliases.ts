/** Aliases: names of a model's versions that can be switched in one commit. */
import type { Alias } from '../../contracts/model.ts';
import type { AliasStore } from '../ports.ts';
import type { StoreContext } from './context.ts';

const selectAlias = `
  SELECT aliases.name AS alias, aliases.version, aliases.updated_at
  FROM aliases JOIN models ON models.id = aliases.model_id WHERE models.name = ? AND aliases.name = ?`;

const selectModelId = 'SELECT id FROM models WHERE name = ?';

const selectVersion = 'SELECT 1 FROM versions WHERE model_id = ? AND version = ?';

const upsertAlias = `
  INSERT INTO aliases (model_id, name, version, updated_at) VALUES (@modelId, @alias, @version, @now)
  ON CONFLICT (model_id, name) DO UPDATE SET version = @version, updated_at = @now`;

const deleteAlias =
  'DELETE FROM aliases WHERE model_id = (SELECT id FROM models WHERE name = ?) AND name = ?';

export function createAliasStore({ connection: { database, write } }: StoreContext): AliasStore {
  const find = database.prepare<[string, string], Alias>(selectAlias);
  const modelIdOf = database.prepare<[string], number>(selectModelId).pluck();
  const versionOf = database.prepare<[number, number]>(selectVersion);
  const upsert = database.prepare<object>(upsertAlias);
  const remove = database.prepare<[string, string]>(deleteAlias);

  return {
    async get(model, alias) {
      return find.get(model, alias) ?? null;
    },
    async put(model, alias, version, condition, now) {
      return write(() => {
        const modelId = modelIdOf.get(model);
        if (modelId === undefined) return { outcome: 'model_not_found' };
        const current = find.get(model, alias)?.version ?? null;
        if (!condition(current)) return { outcome: 'condition_failed', current };
        if (!versionOf.get(modelId, version)) return { outcome: 'version_not_found' };
        const updatedAt = now.toISOString();
        upsert.run({ modelId, alias, version, now: updatedAt });
        return { outcome: 'ok', alias: { alias, version, updated_at: updatedAt }, created: current === null };
      });
    },
    async delete(model, alias, condition) {
      return write(() => {
        const current = find.get(model, alias)?.version;
        if (current === undefined) return { outcome: 'not_found' };
        if (!condition(current)) return { outcome: 'condition_failed', current };
        remove.run(model, alias);
        return { outcome: 'deleted' };
      });
    },
  };
}
