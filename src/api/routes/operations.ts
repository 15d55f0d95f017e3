/** What operators and tools ask: is it alive, is it ready, what does it speak. */
import { z } from 'zod';
import { TrainyardError } from '../../errors.ts';
import type { Store } from '../../store/ports.ts';
import type { ApiInstance } from '../api-instance.ts';
import { responses } from '../responses.ts';

const tags = ['Operations'];

const Alive = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Alive' });
const Ready = z.strictObject({ status: z.literal('ready') }).meta({ id: 'Ready' });

export function registerOperationRoutes(app: ApiInstance, store: Store, isDataUp: () => boolean): void {
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
      await store.ping().catch((cause: unknown) => {
        throw new TrainyardError('not_ready', 'the store cannot be read', { cause });
      });
      if (!isDataUp()) throw new TrainyardError('not_ready', 'the data process is not up');
      return { status: 'ready' as const };
    },
  );
}
