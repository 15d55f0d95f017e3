/** Whether the service can work: its store can be read, and its data process is up. */
import { TrainyardError } from '../../errors.ts';
import type { Store } from '../../store/ports.ts';

/** @throws TrainyardError `not_ready` */
export type CheckReady = () => Promise<void>;

export function createReadiness(store: Store, isDataUp: () => boolean): CheckReady {
  return async () => {
    await store.ping().catch((cause: unknown) => {
      throw new TrainyardError('not_ready', 'the store cannot be read', { cause });
    });
    if (!isDataUp()) throw new TrainyardError('not_ready', 'the data process is not up');
  };
}
