/** One client that follows a job by server-sent events: first what the store has, then what the feed brings; no gap, no repeat. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { type JobEvent, terminalEvents } from '../../contracts/job-event.ts';
import type { JobStore } from '../../store/ports.ts';
import type { EventFeed } from './event-feed.ts';

export interface EventStreamOptions {
  readonly jobs: Pick<JobStore, 'events'>;
  readonly feed: EventFeed;
  readonly jobId: string;
  /** Awaited before each piece of catching up: a thousand clients may do so at once. */
  readonly turn: () => Promise<void>;
  /** Id of the last event that the client has. */
  readonly after: number;
  /** Most that waits in memory for a client that reads slower than its job goes on; above it the connection is cut. */
  readonly maxBufferedBytes: number;
  readonly heartbeatMs: number;
  /** How long a client may take nothing of what lies in the store. */
  readonly stallMs: number;
}

export interface EventStream {
  /** Resolves when the stream is over; rejects with the reason when it was cut. */
  readonly ended: Promise<void>;
  /** Ends it with the time after which to connect again. */
  close(retryMs: number): void;
}

/** Events of the store in one read: a millisecond. */
const pageSize = 100;
/** Text in one write while a client catches up; one event may be more. */
const pieceLength = 16 * 1024;

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
const textOf = (event: JobEvent): string =>
  `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

/** Every stream of a job gets the same arrays from the feed: their text is made once, and lies in memory once. */
const texts = new WeakMap<readonly JobEvent[], string>();

function textOfAll(events: readonly JobEvent[]): string {
  const text = texts.get(events) ?? events.map(textOf).join('');
  texts.set(events, text);
  return text;
}

/** What one write sends. */
interface Piece {
  text: string;
  last: JobEvent;
}

/** Each of as many events as make up so much text, in their order. */
function piecesOf(events: readonly JobEvent[]): Piece[] {
  const pieces: Piece[] = [];
  for (const event of events) {
    const text = textOf(event);
    const piece = pieces.at(-1);
    if (!piece || piece.text.length + text.length > pieceLength) {
      pieces.push({ text, last: event });
    } else {
      piece.text += text;
      piece.last = event;
    }
  }
  return pieces;
}

/** @param response whose head is written; the stream ends it */
export function startEventStream(options: EventStreamOptions, response: Writable): EventStream {
  const { jobs, feed, jobId } = options;
  const closed = new AbortController();
  const isOver = () => closed.signal.aborted || response.writableEnded;
  let failure: unknown = null;
  /** Id of the last event written, and of the newest that the feed told of. */
  let written = options.after;
  let newest = options.after;
  let isCatchingUp = true;

  response.once('close', () => closed.abort());
  // A client that hangs up is no error of ours, and `close` follows.
  response.on('error', () => {});
  const heartbeat = setInterval(() => {
    if (!isOver() && response.writableLength === 0) response.write(':\n\n');
  }, options.heartbeatMs);

  function write({ text, last }: Piece): void {
    if (isOver()) return;
    response.write(text);
    written = last.id;
    if (terminalEvents.has(last.type)) response.end();
  }

  function cut(reason: unknown): void {
    if (!isOver()) failure = reason;
    response.destroy();
  }

  async function drained(): Promise<void> {
    if (!response.writableNeedDrain) return;
    const signal = AbortSignal.any([closed.signal, AbortSignal.timeout(options.stallMs)]);
    await once(response, 'drain', { signal });
  }

  /** Reads what the client lacks at the client's pace, until nothing newer is known of. */
  async function catchUp(): Promise<void> {
    isCatchingUp = true;
    for (let isMore = true; isMore && !isOver(); ) {
      await options.turn();
      const isToldOfMore = newest > written;
      const page = await jobs.events(jobId, written, pageSize);
      for (const piece of piecesOf(page)) {
        await drained();
        write(piece);
      }
      // The feed told of an event that is not there: the job was deleted.
      if (page.length === 0 && isToldOfMore) response.end();
      isMore = page.length === pageSize || newest > written;
    }
    isCatchingUp = false;
  }

  function take(events: readonly JobEvent[]): void {
    const last = events.at(-1)!;
    newest = Math.max(newest, last.id);
    if (isCatchingUp || isOver() || last.id <= written) return;
    const text = textOfAll(events);
    const bytes = response.writableLength + text.length;
    const isTooMuch = bytes > options.maxBufferedBytes;
    if (isTooMuch && response.writableNeedDrain) cut(new Error(`the client lets ${bytes} bytes wait`));
    else if (isTooMuch || events[0]!.id !== written + 1) catchUp().catch(cut);
    else write({ text, last });
  }

  async function run(): Promise<void> {
    const unsubscribe = await feed.subscribe(jobId, take);
    try {
      await catchUp().catch(cut);
      if (!closed.signal.aborted) await once(closed.signal, 'abort');
    } finally {
      unsubscribe();
      clearInterval(heartbeat);
    }
    if (failure !== null) throw failure;
  }

  return {
    ended: run(),
    close(retryMs) {
      if (!isOver()) response.end(`retry: ${retryMs}\n\n`);
    },
  };
}
