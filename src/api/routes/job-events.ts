/** `/api/v1/jobs/{id}/events`: what happens to a job, as pages of JSON or as server-sent events. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { JobEventPage, JobEventQuery, LastEventHeaders } from '../../contracts/job-event.ts';
import type { ApiInstance } from '../api-instance.ts';
import { keyCodes, responses } from '../responses.ts';
import type { JobEventService } from '../services/job-events.ts';
import { JobParams } from './path-params.ts';

const description = [
  'Every event was committed together with what it tells. With `Accept: text/event-stream` they come as server-sent events: from the first, or after `Last-Event-ID` or `?after=`, without gap or repeat, until the job has ended; a client that connects again after that gets 204, which tells an EventSource to stop.',
  'Each has its `id`, its `type` as the name of the event, and as `data` the JSON that a page has in `items`. A comment comes every 15 seconds when nothing else does. A client that reads too slowly is cut off and goes on where it was when it connects again; as the service stops, streams end with a `retry`.',
  'Otherwise a page, the oldest event first.',
].join('\n\n');

export function registerJobEventRoutes(app: ApiInstance, events: JobEventService): void {
  app.get(
    '/api/v1/jobs/:job/events',
    {
      config: { auth: 'key' },
      schema: {
        tags: ['Jobs'],
        operationId: 'getJobEvents',
        summary: 'Read or follow what happens to a job',
        description,
        params: JobParams,
        querystring: JobEventQuery,
        headers: LastEventHeaders,
        response: {
          ...responses({ 204: z.undefined() }, ...keyCodes, 'job_not_found', 'busy'),
          200: {
            description: 'A page, or the stream',
            content: {
              'application/json': { schema: JobEventPage },
              'text/event-stream': {
                schema: z.string().meta({ description: 'Each `data` is a JobEvent as in a page' }),
              },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { params, query, headers } = request;
      const after = Math.max(query.after ?? 0, query.cursor ?? 0, headers['last-event-id'] ?? 0);
      if (!wantsStream(request)) return events.page(params.job, after, query.limit);
      const start = await events.open(params.job, after);
      if (!start) return reply.code(204).send(undefined);
      writeHead(reply);
      const log = request.log;
      start(reply.raw).ended.catch((error: unknown) => log.info({ err: error }, 'event stream cut'));
      return reply;
    },
  );
}

/** A HEAD asks for the head of the plain answer. */
function wantsStream({ method, headers }: FastifyRequest): boolean {
  if (method === 'HEAD') return false;
  const ranges = (headers.accept ?? '').toLowerCase().split(',');
  return ranges.some((range) => /^\s*text\/event-stream\s*(;(?!\s*q=0(\.0*)?\s*$).*)?$/.test(range));
}

/** From here on the response is the stream's. */
function writeHead(reply: FastifyReply): void {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) raw.setHeader(name, value as string);
  // Nginx would hold events back until its buffer is full.
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  raw.flushHeaders();
}
