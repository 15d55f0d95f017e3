/** A trainer process: claims jobs from the store and trains each in a worker thread. */
import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { readTable } from '../data/read-table.ts';
import { openblasProblem } from '../math/kernels/math-backend.ts';
import { packageVersion } from '../package-version.ts';
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts';
import { createTrainer } from '../trainer/trainer.ts';
import { giveWay } from './give-way.ts';
import { type RoleOptions, stopRequested } from './role.ts';

/** A trainer that has not renewed for this long is taken for dead; it renews three times as often. */
const leaseMs = 15_000;
/** The longest stretch without a poll is the sort of a column: 20 s for a hundred million rows. */
const stallMs = 120_000;

export async function runTrainerRole({ config, logger, owner }: RoleOptions): Promise<number> {
  giveWay();
  const stopping = stopRequested();
  const store = await openSqliteStore({ dataDir: config.dataDir, role: 'client' });
  const problem = openblasProblem(config.mathBackend);
  if (problem !== null)
    logger.info({ reason: problem }, 'OpenBLAS is not used: networks train on WebAssembly alone');
  const trainer = createTrainer({
    jobs: store.jobs,
    owner: owner ?? `trainer-${randomUUID()}`,
    readTable,
    startWorker: (start) =>
      new Worker(new URL('../trainer/worker.ts', import.meta.url), { workerData: start }),
    mathBackend: config.mathBackend,
    threads: config.jobThreads,
    packageVersion,
    checkpointMs: config.checkpointSeconds * 1000,
    leaseMs,
    stallMs,
    memoryBytes: config.jobMemoryBytes,
    rssBytes: () => process.memoryUsage.rss(),
    now: () => new Date(),
    logger,
  });
  const running = trainer.run();
  const reason = await Promise.race([stopping, running.then(() => 'drain' as const)]);
  // Without its parent nobody restarts this process or frees its lease; the next owner of DATA_DIR frees it as it starts.
  if (reason === 'parent_gone') return 0;
  trainer.drain();
  await running;
  await store.close();
  return 0;
}
