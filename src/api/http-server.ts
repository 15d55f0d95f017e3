/** The HTTP server under the app: its bounds, and requests that take turns. */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ApiLimits } from './limits.ts';
import { createTurnQueue } from './turns.ts';

/** Node keeps the response in progress here; its own handler of broken requests looks at the same field. */
export type HttpSocket = Socket & { readonly _httpMessage?: ServerResponse | null };

/**
 * Heads that arrive together are all parsed in one turn of the event loop, some 20 µs each; what a request then takes is up to
 * ten times as much, so that is done in slices. A client that went away meanwhile gets nothing done.
 *
 * `requestTimeout` stays off: it is one number for the server and would cut long uploads. Bodies have deadlines by route
 * (receive-body.ts). The Host header is checked by the app, since Node would refuse without a body.
 */
export function createHttpServer(handle: RequestListener, limits: ApiLimits): Server {
  const enqueue = createTurnQueue(limits.requestSliceMs, (response: ServerResponse) => {
    if (!response.req.socket.destroyed) handle(response.req, response);
  });
  return createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: 0,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: limits.connectionsCheckingIntervalMs,
      maxHeaderSize: limits.maxHeaderBytes,
      requireHostHeader: false,
    },
    (_request, response) => enqueue(response),
  );
}
