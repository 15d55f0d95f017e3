/** One client that follows a job by server-sent events: first what the store has, then what the feed brings; no gap, no repeat. */
import type { Writable } from 'node:stream';
import type { JobEvent } from '../../contracts/job-event.ts';
import type { EventBacklog } from './event-backlog.ts';
import type { EventFeed } from './event-feed.ts';
import { type EventText, textOfAll } from './event-text.ts';

export interface EventStreamOptions {
  readonly backlog: EventBacklog;
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

/** @param response whose head is written; the stream ends it */
export function startEventStream(options: EventStreamOptions, response: Writable): EventStream {
  const { backlog, feed, jobId, turn } = options;
  const { promise: closed, resolve: setClosed } = Promise.withResolvers<void>();
  const isOver = () => response.destroyed || response.writableEnded;
  let failure: unknown = null;
  /** Id of the last event written, and of the newest that the feed told of. */
  let written = options.after;
  let newest = options.after;
  let isCatchingUp = true;

  /** Writes that the client, or the kernel for it, has not taken yet, and what goes on when it has. */
  let untaken = 0;
  let wake = () => {};

  response.once('close', () => {
    setClosed();
    wake();
  });
  if (response.destroyed) setClosed();
  // A client that hangs up is no error of ours, and `close` follows.
  response.on('error', () => {});

  function breathe(): void {
    if (!isOver() && response.writableLength === 0) response.write(':\n\n');
  }

  function write({ bytes, last, isEnd }: EventText): void {
    untaken++;
    response.write(bytes, () => {
      untaken--;
      wake();
    });
    written = last;
    if (isEnd) response.end();
  }

  function cut(reason: unknown): void {
    if (!isOver()) failure = reason;
    response.destroy();
  }

  /** Until the client has taken what was written, or is gone. */
  async function taken(): Promise<void> {
    const stalled = () => cut(new Error(`the client takes nothing for ${options.stallMs} ms`));
    const timer = setTimeout(stalled, options.stallMs);
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    clearTimeout(timer);
  }

  /** Sends what the client lacks at the client's pace, a piece a turn, until nothing newer is known of. */
  async function catchUp(): Promise<void> {
    isCatchingUp = true;
    while (isCatchingUp) {
      await turn();
      if (isOver()) return;
      if (untaken > 0) await taken();
      else await sendNext();
    }
  }

  async function sendNext(): Promise<void> {
    const isToldOfMore = newest > written;
    const piece = await backlog.read(jobId, written);
    if (isOver()) return;
    if (piece) write(piece);
    // The feed told of an event that is not there: the job was deleted.
    else if (isToldOfMore) response.end();
    else isCatchingUp = newest > written;
  }

  function take(events: readonly JobEvent[]): void {
    const last = events.at(-1)!;
    newest = Math.max(newest, last.id);
    if (isCatchingUp || isOver() || last.id <= written) return;
    const text = textOfAll(events);
    const bytes = response.writableLength + text.bytes.length;
    const isTooMuch = bytes > options.maxBufferedBytes;
    if (isTooMuch && untaken > 0) cut(new Error(`the client lets ${bytes} bytes wait`));
    else if (isTooMuch || text.first !== written + 1) catchUp().catch(cut);
    else write(text);
  }

  async function run(): Promise<void> {
    const heartbeat = setInterval(() => void turn().then(breathe), options.heartbeatMs);
    let unsubscribe = () => {};
    try {
      unsubscribe = await feed.subscribe(jobId, take);
      await catchUp();
    } catch (error) {
      cut(error);
    }
    await closed;
    unsubscribe();
    clearInterval(heartbeat);
    if (failure !== null) throw failure;
  }

  return {
    ended: run(),
    close(retryMs) {
      if (!isOver()) response.end(`retry: ${retryMs}\n\n`);
    },
  };
}
