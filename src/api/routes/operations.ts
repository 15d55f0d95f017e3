/** What operators and tools ask: is it alive, is it ready, what does it speak. */
import { z } from 'zod';
import type { ApiInstance } from '../api-instance.ts';
import type { MetricsText } from '../plugins/metrics.ts';
import { keyCodes, responses } from '../responses.ts';
import type { CheckReady } from '../services/readiness.ts';

const tags = ['Operations'];

const Alive = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Alive' });
/** Not JSON: the text is sent as it is. */
const MetricsAnswer = z.string().meta({ id: 'MetricsAnswer' });
const Ready = z.strictObject({ status: z.literal('ready') }).meta({ id: 'Ready' });

export function registerOperationRoutes(
  app: ApiInstance,
  checkReady: CheckReady,
  metrics: MetricsText,
): void {
  app.get(
    '/livez',
    {
      config: { auth: 'public' },
      schema: {
        tags,
        operationId: 'getLiveness',
        summary: 'Tell whether the process answers',
        response: responses({ 200: Alive }),
      },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      config: { auth: 'public' },
      schema: {
        tags,
        operationId: 'getReadiness',
        summary: 'Tell whether the store and the data process are there',
        response: responses({ 200: Ready }, 'not_ready'),
      },
    },
    async () => {
      await checkReady();
      return { status: 'ready' as const };
    },
  );

  app.get(
    '/metrics',
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'getMetrics',
        summary: 'Read what a Prometheus server scrapes',
        produces: ['text/plain'],
        response: responses({ 200: MetricsAnswer }, ...keyCodes),
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.read()),
  );
}
