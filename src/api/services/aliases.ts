/** Aliases of a model: put, read and deleted under the condition that the client states. */
import type { Alias } from '../../contracts/model.ts';
import { TrainyardError } from '../../errors.ts';
import type { AliasCondition, Store } from '../../store/ports.ts';
import { aliasNotFound, modelNotFound, versionNotFound } from './models.ts';

export type AliasService = ReturnType<typeof createAliasService>;

/** An alias is its version: that is all that can change of it. */
export function entityTag({ version }: Pick<Alias, 'version'>): string {
  return `"${version}"`;
}

export function createAliasService(store: Pick<Store, 'aliases'>, now: () => Date) {
  return {
    /** @throws TrainyardError `alias_not_found` */
    async get(model: string, name: string): Promise<Alias> {
      const alias = await store.aliases.get(model, name);
      if (!alias) throw aliasNotFound(model, name);
      return alias;
    },

    /**
     * @param ifMatch the header, if there is one
     * @throws TrainyardError `model_not_found`, `precondition_failed`; `unknown_reference` for a version that the model has not
     */
    async put(
      model: string,
      name: string,
      version: number,
      ifMatch: string | undefined,
    ): Promise<{ readonly alias: Alias; readonly created: boolean }> {
      const result = await store.aliases.put(model, name, version, conditionOf(ifMatch), now());
      switch (result.outcome) {
        case 'ok':
          return result;
        case 'model_not_found':
          throw modelNotFound(model);
        case 'version_not_found': {
          const { message } = versionNotFound(model, version);
          const errors = [{ pointer: '/version', code: 'unknown_reference', message }];
          throw new TrainyardError('unknown_reference', message, { errors });
        }
        case 'condition_failed':
          throw preconditionFailed(name, result.current);
      }
    },

    /** @throws TrainyardError `alias_not_found`, `precondition_failed` */
    async delete(model: string, name: string, ifMatch: string | undefined): Promise<void> {
      const result = await store.aliases.delete(model, name, conditionOf(ifMatch));
      if (result.outcome === 'not_found') throw aliasNotFound(model, name);
      if (result.outcome === 'condition_failed') throw preconditionFailed(name, result.current);
    },
  };
}

/** RFC 9110, 13.1.1: `*` is any that exists; else one of the entity tags. */
function conditionOf(ifMatch: string | undefined): AliasCondition {
  if (ifMatch === undefined) return () => true;
  if (ifMatch.trim() === '*') return (current) => current !== null;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  return (current) => current !== null && tags.includes(entityTag({ version: current }));
}

function preconditionFailed(name: string, current: number | null): TrainyardError {
  const found = current === null ? 'there is no such alias' : `it points to version ${current}`;
  return new TrainyardError('precondition_failed', `alias "${name}" was not changed: ${found}`, {
    headers: current === null ? undefined : { etag: entityTag({ version: current }) },
  });
}
