/** A trainer that is stopped past its lease and wakes up when its job is another's: what it changes then. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root, startService } from '../e2e/service.ts';
import { families } from './fault-families.ts';
import { epochsFor, isEnded, type Outcome, outcomeOf, prepare, submit, waitFor } from './jobs.ts';
import { plantedBug } from './planted-environment.ts';
import { isWriteLocked, readStore } from './store-reader.ts';
import { type LoneTrainer, startTrainer } from './trainers.ts';

export interface StaleTrainerRun {
  /** Every row and file before the stale trainer woke, and after it had three seconds: the second claim slept meanwhile. */
  readonly before: unknown;
  readonly after: unknown;
  readonly outcome: Outcome;
  readonly undisturbed: Outcome;
  readonly attempt: number;
}

const family = families['mlp: adam, dropout']!;
const env = { CHECKPOINT_SECONDS: '0.1' };

/** @param plant a bug of the trainer that goes stale */
export async function runStaleTrainer(plant?: string): Promise<StaleTrainerRun> {
  const service = await startService({
    command: [process.execPath, join(root, 'bin/trainyard.js'), '--role', 'api'],
  });
  const { dataDir } = service;
  const stale = startTrainer(dataDir, { ...env, ...plantedBug(plant) });
  const dataset = await prepare(service, family);
  const config = family.config(await epochsFor(service, dataset, family, 6));
  const ended = async () => waitFor(service, await submit(service, dataset, config), isEnded);
  const undisturbed = await outcomeOf(service, await ended());

  const id = await submit(service, dataset, config);
  await waitFor(service, id, ({ progress }) => progress.fraction > 0.2);
  await stopBetweenCommits(stale, dataDir);
  const second = startTrainer(dataDir, env);
  await waitFor(service, id, ({ attempt, progress }) => attempt === 2 && progress.fraction > 0.4);
  await stopBetweenCommits(second, dataDir);
  const before = everything(dataDir);
  stale.signal('SIGCONT');
  // Longer than its commits are apart, shorter than the lease of the second.
  await sleep(3_000);
  const after = everything(dataDir);
  second.signal('SIGCONT');
  const job = await waitFor(service, id, isEnded);
  const outcome = await outcomeOf(service, job);
  await stale.end();
  await second.end();
  await service.end('SIGTERM', 'process');
  return { before, after, outcome, undisturbed, attempt: job.attempt };
}

/** A process that is stopped inside a commit holds the write lock, and nobody else could go on: that is another test. */
async function stopBetweenCommits(trainer: LoneTrainer, dataDir: string): Promise<void> {
  for (;;) {
    trainer.signal('SIGSTOP');
    await sleep(200);
    if (!isWriteLocked(dataDir)) return;
    trainer.signal('SIGCONT');
    await sleep(20);
  }
}

function everything(dataDir: string): unknown {
  const rows = ['jobs', 'history', 'events', 'checkpoints', 'versions', 'layer_statistics'].map((table) =>
    readStore<Record<string, unknown>>(dataDir, `SELECT * FROM ${table}`).map((row) =>
      Object.entries(row).map(([name, value]) => [name, Buffer.isBuffer(value) ? sha256(value) : value]),
    ),
  );
  const blobs = readdirSync(join(dataDir, 'blobs')).sort();
  return { rows, blobs: blobs.map((file) => [file, sha256(readFileSync(join(dataDir, 'blobs', file)))]) };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
