/** The life of a request and of its connection: its id, the sanity of its head, and the orderly end when the service closes. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { TrainyardError } from '../../errors.ts';
import type { ApiInstance } from '../api-instance.ts';
import type { HttpSocket } from '../http-server.ts';
import type { ApiLimits } from '../limits.ts';
import { requestIdHeader } from '../problem.ts';
import { announcesBody } from '../receive-body.ts';

/**
 * @param endLongPolls called once as the service starts to close, before requests in progress are waited for
 */
export function addConnections(app: ApiInstance, limits: ApiLimits, endLongPolls: () => void): void {
  let isClosing = false;
  const sockets = trackSockets(app);
  app.addHook('preClose', async () => {
    isClosing = true;
    endLongPolls();
    for (const { _httpMessage: answer } of sockets) if (answer) answer.shouldKeepAlive = false;
    await sleep(limits.closingGraceMs);
    // Node's own close ends connections that are idle between two requests, not those that have sent nothing yet or half a head: they
    // would hold the exit until their timeout.
    for (const socket of sockets) if (!socket._httpMessage) socket.destroy();
  });
  // Hooks of every request call back: a promise each would cost predict a tenth of its rate.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header(requestIdHeader, request.id);
    if (isClosing) {
      reply.raw.shouldKeepAlive = false;
      throw new TrainyardError('shutting_down', 'the service is shutting down');
    }
    checkHead(request, limits);
    done();
  });
}

function checkHead(request: FastifyRequest, limits: ApiLimits): void {
  const { method, url = '', httpVersion, rawHeaders } = request.raw;
  if (url.length > limits.maxUrlLength) {
    throw new TrainyardError(
      'uri_too_long',
      `expected a URL of at most ${limits.maxUrlLength} characters, got ${url.length}`,
    );
  }
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (isHost(rawHeaders[i]!)) hosts++;
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) {
    throw new TrainyardError('malformed_request', `expected one Host header, got ${hosts}`);
  }
  if ((method === 'GET' || method === 'HEAD') && announcesBody(request.raw)) {
    throw new TrainyardError('malformed_request', `${method} takes no body`);
  }
}

function isHost(name: string): boolean {
  return name.length === 4 && name.toLowerCase() === 'host';
}

function trackSockets(app: ApiInstance): ReadonlySet<HttpSocket> {
  const open = new Set<HttpSocket>();
  app.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}
