/** The API process and its supervised children: the data process and, unless run alone, the trainers. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { createApp } from '../api/app.ts';
import { createDataClient } from '../data/client.ts';
import type { FromDataProcess } from '../data/messages.ts';
import { packageVersion } from '../package-version.ts';
import type { Store } from '../store/ports.ts';
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts';
import { type SupervisedChild, superviseChild } from '../supervisor.ts';
import { forkRole, type RoleOptions, stopRequested } from './role.ts';

/** The whole exit takes at most 10 s: a trainer may finish its epoch and write its checkpoint, a request may be answered. */
const trainerGraceMs = 7_000;
const requestGraceMs = 7_000;
const dataGraceMs = 1_000;
const expiredLeaseSweepMs = 5_000;

export async function runServerRole({ config, logger, withTrainers }: RoleOptions): Promise<number> {
  const stopping = stopRequested();
  const store = await openSqliteStore({ dataDir: config.dataDir, role: 'owner' });
  await store.sweep();
  const freed = await store.jobs.releaseAll(new Date());
  if (freed > 0) logger.info({ jobs: freed }, 'jobs of an earlier run go back to the queue');

  const dataChild = superviseChild<FromDataProcess>({
    name: 'data',
    spawn: () => forkRole('data'),
    logger,
  });
  const app = await createApp({
    store,
    data: createDataClient(dataChild),
    isDataUp: dataChild.isUp,
    config,
    logger,
    packageVersion,
    now: () => new Date(),
  });
  const trainers: SupervisedChild[] = [];
  const sweeper = setInterval(() => void releaseExpired(store, logger), expiredLeaseSweepMs);
  try {
    await app.listen({ host: config.host, port: config.port });
    logger.info({ dataDir: config.dataDir, version: packageVersion }, 'Trainyard is ready');
    if (withTrainers) {
      for (let i = 1; i <= config.trainerConcurrency; i++)
        trainers.push(superviseTrainer(`trainer-${i}`, store, logger));
    }
    await stopping;
    logger.info('stopping');
  } finally {
    clearInterval(sweeper);
    const cut = setTimeout(() => app.server.closeAllConnections(), requestGraceMs);
    await Promise.allSettled([
      ...trainers.map((trainer) => trainer.stop('drain', trainerGraceMs)),
      app.close(),
    ]);
    clearTimeout(cut);
    await dataChild.stop(undefined, dataGraceMs);
    await store.close();
  }
  logger.info('stopped');
  return 0;
}

/** Each start has an owner name of its own, so that freeing a dead trainer's leases cannot touch its successor's. */
function superviseTrainer(name: string, store: Store, logger: Logger): SupervisedChild {
  let owner = '';
  return superviseChild({
    name,
    logger,
    spawn: () => {
      owner = `${name}-${randomUUID()}`;
      return forkRole('trainer', '--owner', owner);
    },
    onExit: async () => {
      const freed = await store.jobs.releaseOwner(owner, new Date());
      if (freed > 0)
        logger.warn({ owner, jobs: freed }, 'a dead trainer held jobs; they go back to the queue');
    },
  });
}

async function releaseExpired(store: Store, logger: Logger): Promise<void> {
  try {
    const freed = await store.jobs.releaseExpired(new Date());
    if (freed > 0) logger.warn({ jobs: freed }, 'leases ran out; their jobs go back to the queue');
  } catch (error) {
    logger.error({ err: error }, 'freeing expired leases failed');
  }
}
