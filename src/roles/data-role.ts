/** The data process: the only one that parses tables, so that nothing a table holds can stop the API. */
import type { ToDataProcess } from '../data/messages.ts';
import { runDataProcess } from '../data/process.ts';
import { type RoleOptions, stopRequested } from './role.ts';

export async function runDataRole({ logger }: RoleOptions): Promise<number> {
  const stopping = stopRequested();
  runDataProcess({
    channel: {
      send: (message) => void process.send?.(message),
      onMessage: (listener) => void process.on('message', (message) => listener(message as ToDataProcess)),
    },
    logger,
  });
  await stopping;
  return 0;
}
