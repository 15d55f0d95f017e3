/** Models and their versions: configs put by name, and what training left behind. */
import type { Model } from '../../contracts/model.ts';
import type { ModelConfig } from '../../contracts/model-config.ts';
import type { Page, PageQuery } from '../../contracts/page.ts';
import type { Version, Weights, WeightsQuery } from '../../contracts/version.ts';
import { TrainyardError } from '../../errors.ts';
import type { Store, StoredVersion } from '../../store/ports.ts';
import { weightsInUnits } from '../../training/model-weights.ts';

/** A version with its weights block. */
export interface LoadedVersion {
  readonly version: StoredVersion;
  readonly weights: Uint8Array;
}

export type ModelService = ReturnType<typeof createModelService>;

export function createModelService(store: Store, now: () => Date) {
  async function find(name: string): Promise<Model> {
    const model = await store.models.get(name);
    if (!model) throw modelNotFound(name);
    return model;
  }

  /** @throws TrainyardError `model_not_found`, `version_not_found` */
  async function findVersion(name: string, number: number): Promise<StoredVersion> {
    const version = await store.versions.get(name, number);
    if (version) return version;
    await find(name);
    throw versionNotFound(name, number);
  }

  /** @throws TrainyardError `model_not_found`, `version_not_found`, `model_corrupt` */
  async function loadVersion(name: string, number: number): Promise<LoadedVersion> {
    const version = await findVersion(name, number);
    const weights = await store.versions.weights(name, number);
    if (!weights) throw versionNotFound(name, number);
    return { version, weights };
  }

  return {
    put: (name: string, config: ModelConfig) => store.models.put(name, config, now()),
    get: find,
    list: (query: PageQuery): Promise<Page<Model>> => store.models.list(query),

    /** @throws TrainyardError `model_not_found`, `model_in_use` */
    async delete(name: string): Promise<void> {
      const outcome = await store.models.delete(name);
      if (outcome === 'not_found') throw modelNotFound(name);
      if (outcome === 'in_use') throw new TrainyardError('model_in_use', `a job of "${name}" has not ended`);
    },

    async listVersions(name: string, query: PageQuery): Promise<Page<Version>> {
      await find(name);
      const { items, next_cursor } = await store.versions.list(name, query);
      return { items: items.map(publicVersion), next_cursor };
    },

    async getVersion(name: string, number: number): Promise<Version> {
      return publicVersion(await findVersion(name, number));
    },

    /** @throws TrainyardError `scaling_not_affine` when the model has no weights in the units of the input */
    async weights(name: string, number: number, scale: WeightsQuery['scale']): Promise<Weights> {
      const { version, weights } = await loadVersion(name, number);
      return weightsInUnits(version, weights, scale);
    },

    loadVersion,

    /** @throws TrainyardError `model_not_found`, `version_not_found`, `version_aliased`, `version_in_use` */
    async deleteVersion(name: string, number: number): Promise<void> {
      const outcome = await store.versions.delete(name, number);
      if (outcome === 'deleted') return;
      await find(name);
      if (outcome === 'not_found') throw versionNotFound(name, number);
      if (outcome === 'in_use')
        throw new TrainyardError(
          'version_in_use',
          `an active job starts from version ${number} of "${name}"`,
        );
      throw new TrainyardError('version_aliased', `an alias of "${name}" points to version ${number}`);
    },
  };
}

export function modelNotFound(name: string): TrainyardError {
  return new TrainyardError('model_not_found', `no model "${name}"`);
}

export function versionNotFound(name: string, number: number): TrainyardError {
  return new TrainyardError('version_not_found', `model "${name}" has no version ${number}`);
}

export function aliasNotFound(name: string, alias: string): TrainyardError {
  return new TrainyardError('alias_not_found', `model "${name}" has no alias "${alias}"`);
}

export function publicVersion({ model: _model, trained: _trained, ...version }: StoredVersion): Version {
  return version;
}
