/** A job's events for clients: as pages, or as a stream that lives as long as the job. */
import type { ServerResponse } from 'node:http';
import { terminalStates } from '../../contracts/job.ts';
import type { JobEvent } from '../../contracts/job-event.ts';
import type { Page } from '../../contracts/page.ts';
import { TrainyardError } from '../../errors.ts';
import type { Store } from '../../store/ports.ts';
import type { ApiLimits } from '../limits.ts';
import { createSharedTurns } from '../turns.ts';
import { createEventBacklog } from './event-backlog.ts';
import type { EventFeed } from './event-feed.ts';
import { type EventStream, startEventStream } from './event-stream.ts';
import { jobNotFound } from './jobs.ts';

interface JobEventDependencies {
  readonly store: Pick<Store, 'jobs'>;
  readonly feed: EventFeed;
  readonly limits: ApiLimits;
}

export type JobEventService = ReturnType<typeof createJobEventService>;

/** A thousand clients that are sent away at once do not come back at once. */
const leastRetryMs = 1_000;
const retrySpreadMs = 4_000;

export function createJobEventService({ store, feed, limits }: JobEventDependencies) {
  const streams = new Set<EventStream>();
  const turn = createSharedTurns(limits.eventSliceMs);
  const backlog = createEventBacklog({ store, ...limits.eventBacklog });

  return {
    /** @throws TrainyardError `job_not_found` */
    async page(id: string, after: number, limit: number): Promise<Page<JobEvent>> {
      const [items, hasMore] = split(await store.jobs.events(id, after, limit + 1), limit);
      if (items.length === 0 && !(await store.jobs.get(id))) throw jobNotFound(id);
      return { items, next_cursor: hasMore ? String(items.at(-1)!.id) : null };
    },

    /**
     * What follows an event; null when nothing ever will.
     *
     * @throws TrainyardError `job_not_found`; `busy` with too many streams
     */
    async open(id: string, after: number): Promise<((response: ServerResponse) => EventStream) | null> {
      // In this order: a job that ended before it was looked at has its last event in the store.
      const job = await store.jobs.get(id);
      if (!job) throw jobNotFound(id);
      if (terminalStates.has(job.state) && (await store.jobs.events(id, after, 1)).length === 0) return null;
      if (streams.size >= limits.maxEventStreams)
        throw new TrainyardError('busy', `${limits.maxEventStreams} clients follow jobs already`);
      return (response) => {
        const options = { backlog, feed, turn, jobId: id, after, ...limits.eventStream };
        const stream = startEventStream(options, response);
        streams.add(stream);
        const remove = () => void streams.delete(stream);
        stream.ended.then(remove, remove);
        return stream;
      };
    },

    close(): void {
      for (const stream of streams) stream.close(Math.round(leastRetryMs + Math.random() * retrySpreadMs));
    },
  };
}

function split<T>(items: readonly T[], limit: number): [T[], boolean] {
  return [items.slice(0, limit), items.length > limit];
}
