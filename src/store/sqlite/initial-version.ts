/** Reads the version that a job starts from: for its claim, outside the claim's commit, since it may be large. */
import { TrainyardError } from '../../errors.ts';
import type { ClaimedJob } from '../ports.ts';
import type { StoreContext } from './context.ts';
import { createVersionStore } from './versions.ts';

/** Of a job's row. */
export interface InitialColumns {
  readonly initial_model: string | null;
  readonly initial_version: number | null;
}

export function createInitialReader(context: StoreContext) {
  const versions = createVersionStore(context);
  return async ({
    initial_model: model,
    initial_version: version,
  }: InitialColumns): Promise<ClaimedJob['initial']> => {
    if (model === null || version === null) return null;
    try {
      // It exists: a version that an active job starts from cannot be deleted.
      const ref = await versions.resolve(model, version);
      return (ref && (await versions.load(ref))) ?? 'unreadable';
    } catch (error) {
      if (!(error instanceof TrainyardError && error.code === 'model_corrupt')) throw error;
      context.logger?.warn({ err: error, model, version }, 'the version that a job starts from is corrupt');
      return 'unreadable';
    }
  };
}
