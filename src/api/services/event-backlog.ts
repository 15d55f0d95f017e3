/** What lies in the store of jobs that clients follow: read once, and made text once, for all who catch up on it. */
import { type JobEvent, terminalEvents } from '../../contracts/job-event.ts';
import type { JobStore } from '../../store/ports.ts';
import { type EventText, textOf } from './event-text.ts';

export interface EventBacklog {
  /** Events after one, as many as one write takes; null when there are none. */
  read(jobId: string, after: number): Promise<EventText | null>;
}

interface EventBacklogOptions {
  readonly store: { readonly jobs: Pick<JobStore, 'events'> };
  /** Most that one write sends; one event may be more. */
  readonly pieceBytes: number;
  /** Most of the pages that stays in memory. */
  readonly maxBytes: number;
}

/**
 * Events after a multiple of this make a page, wherever in it a client begins: so all go through the same pages. Reading one
 * takes a millisecond.
 */
const pageEvents = 100;

/** Events in the order of their ids, text after text. */
interface Page {
  readonly bytes: Buffer;
  readonly ids: readonly number[];
  /** Offset in `bytes` at which each ends. */
  readonly ends: readonly number[];
  readonly isEnd: boolean;
}

const emptyPage: Page = { bytes: Buffer.alloc(0), ids: [], ends: [], isEnd: false };

export function createEventBacklog({ store, pieceBytes, maxBytes }: EventBacklogOptions): EventBacklog {
  /** The one that was used last is the last. Events that retention has deleted meanwhile may be told from here. */
  const pages = new Map<string, Page>();
  let keptBytes = 0;

  function drop(key: string): void {
    keptBytes -= pages.get(key)?.bytes.length ?? 0;
    pages.delete(key);
  }

  function keep(key: string, page: Page): void {
    drop(key);
    pages.set(key, page);
    keptBytes += page.bytes.length;
    for (const oldest of pages.keys()) {
      if (keptBytes <= maxBytes) break;
      drop(oldest);
    }
  }

  return {
    async read(jobId, after) {
      const start = after - (after % pageEvents);
      const key = `${jobId}/${start}`;
      let page = pages.get(key) ?? emptyPage;
      const last = page.ids.at(-1) ?? start;
      // Never so with a full page, which stays as it is.
      if (last <= after)
        page = extended(page, await store.jobs.events(jobId, last, pageEvents - page.ids.length));
      if (page.ids.length > 0) keep(key, page);
      return pieceOf(page, after, pieceBytes);
    },
  };
}

function extended(page: Page, events: readonly JobEvent[]): Page {
  if (events.length === 0) return page;
  const texts = events.map((event) => Buffer.from(textOf(event)));
  let end = page.bytes.length;
  return {
    bytes: Buffer.concat([page.bytes, ...texts]),
    ids: [...page.ids, ...events.map(({ id }) => id)],
    ends: [...page.ends, ...texts.map(({ length }) => (end += length))],
    isEnd: terminalEvents.has(events.at(-1)!.type),
  };
}

function pieceOf({ bytes, ids, ends, isEnd }: Page, after: number, pieceBytes: number): EventText | null {
  const first = ids.findIndex((id) => id > after);
  if (first === -1) return null;
  const start = ends[first - 1] ?? 0;
  let last = first;
  while (last + 1 < ids.length && ends[last + 1]! - start <= pieceBytes) last++;
  return {
    bytes: bytes.subarray(start, ends[last]),
    first: ids[first]!,
    last: ids[last]!,
    isEnd: isEnd && last === ids.length - 1,
  };
}
