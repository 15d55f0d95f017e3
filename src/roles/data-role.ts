/** The data process: the only one that parses tables, so that nothing a table holds can stop the API. */
import type { ToDataProcess } from '../data/messages.ts';
import { runDataProcess } from '../data/process.ts';
import { dataFolder } from '../store/sqlite/data-folder.ts';
import { type RoleOptions, stopRequested } from './role.ts';

/** What DuckDB spills lies in the spool, which the next start of the API sweeps. */
export async function runDataRole({ config, logger }: RoleOptions): Promise<number> {
  const stopping = stopRequested();
  runDataProcess({
    channel: {
      send: (message) => void process.send?.(message),
      onMessage: (listener) => void process.on('message', (message) => listener(message as ToDataProcess)),
    },
    tempDir: dataFolder(config.dataDir).spool,
    logger,
  });
  await stopping;
  return 0;
}
