/** Events as they go over the wire. */
import { type JobEvent, terminalEvents } from '../../contracts/job-event.ts';

/** Whole events in their order, for one write. */
export interface EventText {
  readonly bytes: Buffer;
  /** Ids of the first and the last. */
  readonly first: number;
  readonly last: number;
  /** The last ends the job: nothing follows. */
  readonly isEnd: boolean;
}

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
export const textOf = (event: JobEvent): string =>
  `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

/** Every stream of a job gets the same arrays from the feed: their text is made once, and lies in memory once. */
const texts = new WeakMap<readonly JobEvent[], EventText>();

/** @param events at least one */
export function textOfAll(events: readonly JobEvent[]): EventText {
  const known = texts.get(events);
  if (known) return known;
  const last = events.at(-1)!;
  const text: EventText = {
    bytes: Buffer.from(events.map(textOf).join('')),
    first: events[0]!.id,
    last: last.id,
    isEnd: terminalEvents.has(last.type),
  };
  texts.set(events, text);
  return text;
}
