/** The API process and its supervised children: the data process and, unless run alone, the trainers. */
import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import type { Logger } from 'pino';
import { createApp } from '../api/app.ts';
import type { Config } from '../config.ts';
import { createDataClient } from '../data/client.ts';
import type { FromDataProcess } from '../data/messages.ts';
import { packageVersion } from '../package-version.ts';
import type { Store } from '../store/ports.ts';
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts';
import { type SupervisedChild, superviseChild } from '../supervisor.ts';
import { sessionGivesWay } from './give-way.ts';
import { createLeaseSweeper, leaseSweepMs, type SweptTrainer } from './lease-sweeper.ts';
import { forkRole, type RoleOptions, stopRequested } from './role.ts';

/** The whole exit takes at most 10 s: a trainer may finish its epoch and write its checkpoint, a request may be answered. */
const trainerGraceMs = 7_000;
const requestGraceMs = 7_000;
const dataGraceMs = 1_000;
/** Connections that may wait to be accepted, one in each turn of the event loop: the kernel's own bound and not Node's 511. */
const connectionBacklog = 4_096;
const retentionMs = 3_600_000;
const dayMs = 86_400_000;

export async function runServerRole({ config, logger, withTrainers }: RoleOptions): Promise<number> {
  keepCodeFast();
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
  // Now and not when the app listens: a job of an earlier run goes on as soon as it can.
  const trainers = Array.from({ length: withTrainers ? config.trainerConcurrency : 0 }, (_, i) =>
    superviseTrainer(`trainer-${i + 1}`, store, logger),
  );
  const app = await createApp({
    store,
    data: createDataClient(dataChild),
    isDataUp: dataChild.isUp,
    config,
    logger,
    packageVersion,
    now: () => new Date(),
  });
  const ending = new AbortController();
  let retiring = Promise.resolve();
  const startRetiring = () => {
    retiring = retiring.then(() => retire(store, config, logger, ending.signal));
  };
  const sweepLeases = createLeaseSweeper({ jobs: store.jobs, trainers, logger, now: () => new Date() });
  const chores = [
    setInterval(() => void sweepLeases(), leaseSweepMs),
    setInterval(startRetiring, retentionMs),
  ];
  try {
    await app.listen({ host: config.host, port: config.port, backlog: connectionBacklog });
    logger.info({ dataDir: config.dataDir, version: packageVersion }, 'Trainyard is ready');
    startRetiring();
    await stopping;
    logger.info('stopping');
  } finally {
    chores.forEach(clearInterval);
    ending.abort();
    const cut = setTimeout(() => app.server.closeAllConnections(), requestGraceMs);
    await Promise.allSettled([
      ...trainers.map((trainer) => trainer.stop('drain', trainerGraceMs)),
      app.close(),
    ]);
    clearTimeout(cut);
    await dataChild.stop(undefined, dataGraceMs);
    await retiring;
    await store.close();
  }
  logger.info('stopped');
  return 0;
}

/**
 * What V8 does with memory by itself, and should not where a request takes 20 µs:
 *
 * - It may come to place objects of some line of code among the old, when those from its first requests happened to live long. Once
 *   that line is one of each request's, dead old objects keep all that a request made alive until the next full collection: one
 *   process in six spent a third of its time on this under load, with pauses of 20 ms.
 * - After 8 s with little to do it collects what it can, twice. Code that was compiled for objects of which none is left is lost
 *   with them, and what it compiles anew is slower for good: by an eighth of a predict, in its first second by a half.
 */
function keepCodeFast(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString('--memory-reducer-gc-count=0');
}

type SupervisedTrainer = SupervisedChild & SweptTrainer;

/** Each start has an owner name of its own, so that freeing a dead trainer's leases cannot touch its successor's. */
function superviseTrainer(name: string, store: Store, logger: Logger): SupervisedTrainer {
  let owner = '';
  const child = superviseChild({
    name,
    logger,
    spawn: () => {
      owner = `${name}-${randomUUID()}`;
      // In a session of its own, whose weight can be lowered. Nothing that a terminal or a kill of the group sends reaches it there: it
      // ends when its parent tells it to, or when the channel to its parent closes.
      const trainer = forkRole('trainer', ['--owner', owner], { detached: true });
      void sessionGivesWay(trainer, logger);
      return trainer;
    },
    onExit: async () => {
      const freed = await store.jobs.releaseOwner(owner, new Date());
      if (freed > 0)
        logger.warn({ owner, jobs: freed }, 'a dead trainer held jobs; they go back to the queue');
    },
  });
  return { ...child, owner: () => owner };
}

/** Idempotency keys are promised for a day; they go with the first pass after it. */
async function retire(store: Store, config: Config, logger: Logger, signal: AbortSignal): Promise<void> {
  const daysAgo = (days: number) => new Date(Date.now() - days * dayMs);
  const { jobRetentionDays: jobDays, eventRetentionDays: eventDays } = config;
  try {
    const retired = await store.jobs.retire(
      {
        jobsEndedBefore: jobDays === null ? null : daysAgo(jobDays),
        eventsEndedBefore: eventDays === null ? null : daysAgo(eventDays),
        keysBefore: daysAgo(1),
      },
      signal,
    );
    if (Object.values(retired).some((count) => count > 0))
      logger.info(retired, 'deleted what had outlived its use');
  } catch (error) {
    logger.error({ err: error }, 'deleting what has outlived its use failed');
  }
}
