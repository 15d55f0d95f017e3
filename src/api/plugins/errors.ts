/** Answers every failure of a request with a problem body: thrown errors, unknown routes, wrong methods, unusable URLs. */
import { METHODS } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorCodes, TrainyardError } from '../../errors.ts';
import type { ApiInstance } from '../api-instance.ts';
import type { ApiLimits } from '../limits.ts';
import { pathOf, problemAnswer, requestIdHeader, toRefusal } from '../problem.ts';
import { drainBody } from '../receive-body.ts';

export function addErrors(app: ApiInstance, limits: ApiLimits): void {
  app.setErrorHandler(async (thrown, request, reply) => {
    const refusal = toRefusal(thrown);
    logRefusal(refusal, request);
    // A client that has fallen silent is not waited for again.
    const isDrained =
      refusal.code !== 'request_timeout' &&
      (await drainBody(request.raw, limits.maxDrainBytes, limits.drainTimeoutMs));
    // Fastify closes after any fault in a body; one that was read to its end leaves a connection fit for the next request.
    reply.header('connection', isDrained && reply.raw.shouldKeepAlive ? 'keep-alive' : 'close');
    return sendProblem(refusal, request, reply);
  });
  app.setNotFoundHandler((request) => {
    throw notFoundOrNotAllowed(app, request);
  });
}

/**
 * For a URL that the router cannot read: it runs no hook, so the id is set here. The connection closes, since a body may
 * follow that nobody reads.
 */
export function answerFrameworkError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = toRefusal(error);
  logRefusal(refusal, request);
  reply.header(requestIdHeader, request.id).header('connection', 'close');
  sendProblem(refusal, request, reply);
}

function sendProblem(refusal: TrainyardError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = problemAnswer(refusal, request.raw.url ?? '', request.id);
  // As bytes: to a JSON string Fastify would add a charset, which no JSON media type has.
  return reply.code(answer.status).headers(answer.headers).send(Buffer.from(answer.body));
}

function logRefusal(refusal: TrainyardError, request: FastifyRequest): void {
  if (errorCodes[refusal.code].status >= 500) {
    request.log.error({ err: refusal.cause ?? refusal, code: refusal.code }, 'request failed');
  } else {
    request.log.info({ code: refusal.code, detail: refusal.message }, 'request refused');
  }
}

/** HEAD is answered wherever GET is. OPTIONS has no route of its own: its 405 carries the same `Allow`. */
function notFoundOrNotAllowed(app: ApiInstance, request: FastifyRequest): TrainyardError {
  const path = pathOf(request.raw.url ?? '');
  const allowed = METHODS.filter((method) => app.findRoute({ method, url: path }) !== null);
  // A route that takes the method was found and had no such file: the static files of /docs.
  if (allowed.length === 0 || allowed.includes(request.method)) {
    return new TrainyardError('route_not_found', `no route for ${request.method} ${path.slice(0, 200)}`);
  }
  const allow = allowed.toSorted().join(', ');
  return new TrainyardError('method_not_allowed', `expected ${allow}, got ${request.method}`, {
    headers: { allow },
  });
}
