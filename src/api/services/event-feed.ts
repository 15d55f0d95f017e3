/** One reader of the events table for every client that follows a job, so that a thousand of them cost what one does. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobEvent } from '../../contracts/job-event.ts';
import type { JobStore, PlacedEvent } from '../../store/ports.ts';
import { createTurns } from '../turns.ts';

/** Gets a job's events in their order, each once. */
export type EventListener = (events: readonly JobEvent[]) => void;

export interface EventFeed {
  /**
   * Hands over every event of the job that is committed from the moment on at which this resolves; what came before is the store's
   * to tell. Call the result to end it.
   */
  subscribe(jobId: string, listener: EventListener): Promise<() => void>;
}

interface EventFeedOptions {
  readonly store: { readonly jobs: Pick<JobStore, 'lastPosition' | 'eventsPast'> };
  readonly pollMs: number;
  /** How long a fan-out holds the event loop before others get their turn. */
  readonly sliceMs: number;
  /** The store could not be read; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** Events read at once. */
const batchSize = 500;

export function createEventFeed({ store, pollMs, sliceMs, onError }: EventFeedOptions): EventFeed {
  const turn = createTurns(sliceMs);
  const listeners = new Map<string, Set<EventListener>>();
  /** Where the reader stands; null while nobody listens. */
  let position: Promise<number> | null = null;

  async function run(start: number): Promise<void> {
    for (let at = start; listeners.size > 0; ) {
      const batch = await store.jobs.eventsPast(at, batchSize).catch((error: unknown) => {
        onError(error);
        return [];
      });
      at = batch.at(-1)?.position ?? at;
      await fanOut(batch);
      if (batch.length < batchSize) await sleep(pollMs);
    }
    position = null;
  }

  async function fanOut(batch: readonly PlacedEvent[]): Promise<void> {
    for (const [jobId, placed] of Map.groupBy(batch, (each) => each.jobId)) {
      const events = placed.map(({ event }) => event);
      for (const listener of listeners.get(jobId) ?? []) {
        listener(events);
        await turn();
      }
    }
  }

  return {
    async subscribe(jobId, listener) {
      const ofJob = listeners.get(jobId) ?? new Set();
      listeners.set(jobId, ofJob.add(listener));
      const unsubscribe = () => {
        ofJob.delete(listener);
        if (ofJob.size === 0 && listeners.get(jobId) === ofJob) listeners.delete(jobId);
      };
      try {
        if (position === null) {
          position = store.jobs.lastPosition();
          position.then(run, () => {
            position = null;
          });
        }
        await position;
        return unsubscribe;
      } catch (error) {
        unsubscribe();
        throw error;
      }
    },
  };
}
