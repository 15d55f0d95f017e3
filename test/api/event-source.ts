/** A client of server-sent events that keeps all it hears, as an EventSource would. */
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

export interface Heard {
  readonly id: number;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events freely
  readonly data: any;
  /** When its last byte came, ms since the epoch. */
  readonly at: number;
}

export interface EventSource {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly heard: Heard[];
  readonly comments: string[];
  /** The last `retry` field, ms. */
  readonly retry: () => number | undefined;
  /** Resolves when the server has ended the stream; tells whether the answer was complete. */
  readonly ended: Promise<boolean>;
  readonly response: IncomingMessage;
  close(): void;
}

/** Resolves when the head has come. `isPaused`: takes nothing of the body. */
export function follow(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  isPaused = false,
): Promise<EventSource> {
  const { promise, resolve, reject } = Promise.withResolvers<EventSource>();
  const options = { host: '127.0.0.1', port, path, agent: false } as const;
  const sent: ClientRequest = request(
    { ...options, headers: { accept: 'text/event-stream', ...headers } },
    (response) => {
      const source = collect(response, sent);
      if (!isPaused) source.start();
      resolve(source);
    },
  );
  sent.on('error', reject).end();
  return promise;
}

function collect(response: IncomingMessage, sent: ClientRequest) {
  const heard: Heard[] = [];
  const comments: string[] = [];
  let retry: number | undefined;
  let rest = '';

  function take(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':');
      if (colon === 0) comments.push(line.slice(1));
      else fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
    }
    if (fields.has('retry')) retry = Number(fields.get('retry'));
    if (!fields.has('data')) return;
    const data = JSON.parse(fields.get('data')!);
    heard.push({ id: Number(fields.get('id')), type: fields.get('event')!, data, at: Date.now() });
  }

  const ended = new Promise<boolean>((resolve) => response.once('close', () => resolve(response.complete)));
  response.on('error', () => {});
  return {
    status: response.statusCode!,
    headers: response.headers,
    heard,
    comments,
    retry: () => retry,
    ended,
    response,
    close: () => void sent.destroy(),
    start: () =>
      response.setEncoding('utf8').on('data', (text: string) => {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop()!;
        for (const block of blocks) take(block);
      }),
  };
}
