/** What is true of the SQLite store alone: its files, its durability settings, its locks between processes. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/ports.ts';
import { openConnection } from '../../src/store/sqlite/connection.ts';
import { dataFolder } from '../../src/store/sqlite/data-folder.ts';
import * as datasets from '../../src/store/sqlite/datasets.ts';
import { selectNext } from '../../src/store/sqlite/job-claims.ts';
import * as jobs from '../../src/store/sqlite/job-records.ts';
import { selectEnded } from '../../src/store/sqlite/job-retention.ts';
import { countQueued } from '../../src/store/sqlite/job-submit.ts';
import * as models from '../../src/store/sqlite/models.ts';
import { composeStore, openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import * as versions from '../../src/store/sqlite/versions.ts';
import {
  addModelAndDataset,
  at,
  claimJob,
  config,
  datasetOf,
  finishJob,
  jobOf,
  recordOf,
  resultOf,
  smallWeights,
  startJob,
} from './store-fixtures.ts';

const large = (seed: number) => new Uint8Array(5 * 1024 * 1024).map((_, i) => (i * 31 + seed) % 251);

let dataDir: string;
let store: Store;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'trainyard-store-'));
  store = openSqliteStore({ dataDir, role: 'owner' });
});

afterEach(async () => {
  await store.close();
  rmSync(dataDir, { recursive: true });
});

const blobFiles = () => readdirSync(join(dataDir, 'blobs')).sort();
const ageBlobs = () => {
  for (const file of blobFiles()) utimesSync(join(dataDir, 'blobs', file), new Date(0), new Date(0));
};

describe('a version that was resolved', () => {
  it('is looked up anew after a commit of this connection, and of another', async () => {
    const trainer = openSqliteStore({ dataDir, role: 'client' });
    const latest = async () => (await store.versions.resolve('m', 'latest'))?.version;
    await addModelAndDataset(store);
    expect(await latest()).toBeUndefined();
    for (const n of [1, 2, 3]) {
      await finishJob(trainer, n);
      expect([await latest(), await latest()]).toEqual([n, n]);
    }
    await store.versions.delete('m', 3);
    expect(await latest()).toBe(2);
    await trainer.close();
  });
});

describe('durability', () => {
  it('PRAGMA synchronous is FULL after every acknowledged write', async () => {
    const folder = dataFolder(dataDir);
    const connection = openConnection(folder.database);
    const client = composeStore({ connection, folder, logger: undefined, now: () => at(0) });
    const level = () => connection.database.pragma('synchronous', { simple: true });
    const next = async () => (await claimJob(client)).fence;
    const failure = { code: 'internal', message: 'x', stopReason: 'failed' } as const;
    let fence = { jobId: '', attempt: 0 };
    const steps: (() => Promise<unknown>)[] = [
      () => client.models.put('m', config, at(0)),
      () => client.datasets.insert(datasetOf(1)),
      ...[1, 2, 3].map((n) => () => client.jobs.submit(jobOf(n), at(n))),
      async () => (fence = await next()),
      () => client.jobs.renew(fence, 1000, at(10)),
      () => client.jobs.progress(fence, [recordOf(1)], 'reference/1', at(10)),
      () => client.jobs.checkpoint(fence, 1, smallWeights, at(10)),
      () => client.jobs.release(fence, at(10)),
      async () => (fence = await next()),
      () => client.jobs.finish(fence, resultOf(large(1)), at(10)),
      async () => (fence = await next()),
      () => client.jobs.fail(fence, failure, at(10)),
      async () => (fence = await next()),
      () => client.jobs.releaseAll(at(10)),
      () => client.jobs.cancel(jobOf(3).id, at(10)),
      () => client.models.delete('m'),
      () => client.datasets.delete(datasetOf(1).id),
      () => client.sweep(),
    ];
    for (const step of steps) {
      await step();
      expect(level()).toBe(2);
    }
    await client.close();
  });

  it('sets what the design names: WAL, foreign keys, incremental vacuum, bounded log', async () => {
    const connection = openConnection(dataFolder(dataDir).database);
    const pragma = (name: string) => connection.database.pragma(name, { simple: true });
    const names = ['journal_mode', 'foreign_keys', 'auto_vacuum', 'busy_timeout', 'journal_size_limit'];
    expect(names.map(pragma)).toEqual(['wal', 1, 2, 5000, 64 * 1024 * 1024]);
    connection.close();
  });

  it('answers from an index, without sorting: the queue, the guards of deletion and every list', () => {
    const database = new Database(join(dataDir, 'trainyard.db'), { readonly: true });
    const plan = (sql: string) =>
      database
        .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...[...sql.matchAll(/\?/g)].map(() => 'value'))
        .map(({ detail }) => detail)
        .join('; ');
    const queries: [string, string][] = [
      ['jobs_queue', selectNext],
      ['jobs_queue', countQueued],
      ['jobs_by_end', selectEnded],
      ['jobs_active_by_model', models.selectActiveJob],
      ['jobs_active_by_dataset', datasets.selectActiveJob],
      ['jobs_active_by_initial_version', models.selectStartingJob],
      ['jobs_active_by_initial_version', versions.selectStartingJob],
      ['jobs_active_by_model', versions.selectVerifyingJob],
      ['jobs_active_by_validation_dataset', datasets.selectActiveValidation],
      ['jobs_by_age', jobs.selectPage({})],
      ['jobs_by_state', jobs.selectPage({ state: 'failed' })],
      ['jobs_by_model', jobs.selectPage({ model: 'm' })],
      ['jobs_by_dataset', jobs.selectPage({ dataset: 'd' })],
      ['datasets_by_age', datasets.selectPage],
      ['models_by_age', models.selectPage],
      ['sqlite_autoindex_versions', versions.selectPage],
    ];
    for (const [index, sql] of queries) {
      expect(plan(sql)).toContain(index);
      expect(plan(sql)).not.toMatch(/TEMP B-TREE|SCAN jobs$/);
    }
    database.close();
  });
});

describe('blob files', () => {
  it('hold the version that a job starts from: one that was changed on disk is told as unreadable', async () => {
    await addModelAndDataset(store);
    await store.jobs.finish((await startJob(store, 1)).fence, resultOf(large(1)), at(2));
    const initial = { model: 'm', version: 1 };
    await store.jobs.submit(jobOf(2, { config: { ...config, initialize_from: initial } }), at(3));
    const path = join(dataDir, 'blobs', blobFiles()[0]!);
    writeFileSync(path, large(2));
    expect(await claimJob(store)).toMatchObject({ fence: { attempt: 1 }, initial: 'unreadable' });
  });

  it('appear above 4 MiB only, and go with the model', async () => {
    await addModelAndDataset(store);
    await store.jobs.finish((await startJob(store, 1)).fence, resultOf(smallWeights), at(2));
    expect(blobFiles()).toEqual([]);
    await store.jobs.finish((await startJob(store, 2)).fence, resultOf(large(2)), at(3));
    expect(blobFiles()).toEqual([expect.stringMatching(/^weights-/)]);
    await store.models.delete('m');
    expect(blobFiles()).toEqual([]);
  });

  it('do not outlive a commit that was lost or refused', async () => {
    await addModelAndDataset(store);
    const { fence } = await startJob(store, 1);
    const wrong = resultOf(large(1), { weightsSha256: '0'.repeat(64) });
    await expect(store.jobs.finish(fence, wrong, at(2))).rejects.toThrow('expected weights of sha256');
    await store.jobs.cancel(fence.jobId, at(3));
    expect(await store.jobs.finish(fence, resultOf(large(1)), at(4))).toBe('lost');
    expect(await store.jobs.checkpoint(fence, 0, large(1), at(4))).toBe('lost');
    expect(blobFiles()).toEqual([]);
  });

  it('weights that were changed or lost on disk are an error, never wrong bytes', async () => {
    await addModelAndDataset(store);
    await store.jobs.finish((await startJob(store, 1)).fence, resultOf(large(1)), at(2));
    const path = join(dataDir, 'blobs', blobFiles()[0]!);
    writeFileSync(path, large(2));
    const because = (reason: string) => ({ cause: { message: expect.stringContaining(reason) } });
    await expect(store.versions.weights('m', 1)).rejects.toMatchObject(because('expected sha256'));
    rmSync(path);
    await expect(store.versions.weights('m', 1)).rejects.toMatchObject(because('is gone'));
  });

  it('keep the last two checkpoints of a job and none of one that has ended', async () => {
    await addModelAndDataset(store);
    const { fence } = await startJob(store, 1);
    await store.jobs.progress(
      fence,
      [1, 2, 3, 4].map((epoch) => recordOf(epoch)),
      'reference/1',
      at(2),
    );
    for (const epoch of [1, 2, 3, 4]) await store.jobs.checkpoint(fence, epoch, large(epoch), at(2));
    expect(blobFiles().length).toBe(2);
    await store.jobs.finish(fence, resultOf(smallWeights), at(3));
    expect(blobFiles()).toEqual([]);
  });

  it.each([
    ['cut short', (path: string) => writeFileSync(path, large(2).subarray(0, 100))],
    ['of other bytes', (path: string) => writeFileSync(path, large(9))],
    ['lost', (path: string) => rmSync(path)],
  ])('a checkpoint that is %s falls back to the one before it', async (_name, harm) => {
    await addModelAndDataset(store);
    const { fence } = await startJob(store, 1);
    await store.jobs.progress(
      fence,
      [1, 2].map((epoch) => recordOf(epoch)),
      'reference/1',
      at(2),
    );
    await store.jobs.checkpoint(fence, 1, large(1), at(3));
    const [first] = blobFiles();
    await store.jobs.checkpoint(fence, 2, large(2), at(4));
    harm(join(dataDir, 'blobs', blobFiles().find((file) => file !== first)!));
    await store.jobs.release(fence, at(5));
    const again = await claimJob(store);
    expect(again.job.progress.epoch).toBe(1);
    expect(Buffer.compare(again.checkpoint!, large(1))).toBe(0);
    expect((await store.jobs.history(fence.jobId)).map(({ epoch }) => epoch)).toEqual([1]);
    expect(blobFiles()).toEqual([first]);
    const warning = { code: 'checkpoint_unusable', message: expect.stringContaining('after epoch 2') };
    expect(again.job.warnings.at(-1)).toEqual(warning);
    const events = await store.jobs.events(fence.jobId, 0, 100);
    expect(events.slice(-2)).toMatchObject([
      { type: 'warning', data: warning },
      { type: 'resumed', data: { from_epoch: 1 } },
    ]);
  });

  it('with both checkpoints corrupt the job starts over', async () => {
    await addModelAndDataset(store);
    const { fence } = await startJob(store, 1);
    await store.jobs.progress(fence, [recordOf(1)], 'reference/1', at(2));
    for (const seed of [1, 2]) await store.jobs.checkpoint(fence, 1, large(seed), at(3));
    for (const file of blobFiles()) writeFileSync(join(dataDir, 'blobs', file), 'gone');
    await store.jobs.release(fence, at(4));
    const again = await claimJob(store);
    expect(again).toMatchObject({ checkpoint: null, job: { progress: { epoch: 0 } } });
    expect(blobFiles()).toEqual([]);
  });
});

it('every column that names a file is one that sweep, backup and restore know of', () => {
  const database = new Database(join(dataDir, 'trainyard.db'), { readonly: true });
  const columns = database
    .prepare(
      `SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c
       WHERE m.type = 'table' AND c.name LIKE '%file' ORDER BY 1`,
    )
    .pluck()
    .all();
  database.close();
  // Another one must be added to named-files.ts and, if it has a hash, to prove-database.ts.
  expect(columns).toEqual(['checkpoints.file', 'datasets.file', 'remains.file', 'versions.weights_file']);
});

describe('sweep', () => {
  it('deletes what no row names and keeps what one does', async () => {
    await addModelAndDataset(store);
    writeFileSync(store.datasets.pathOf(datasetOf(1).file), 'PAR1');
    const { fence } = await startJob(store, 1);
    await store.jobs.progress(fence, [recordOf(1)], 'reference/1', at(2));
    await store.jobs.checkpoint(fence, 1, large(1), at(3));
    await store.jobs.finish((await startJob(store, 2)).fence, resultOf(large(2)), at(4));
    const kept = blobFiles();
    const orphans = [
      'datasets/ds_x.parquet',
      'datasets/ds_y.parquet.tmp',
      'spool/ds_z',
      'blobs/weights-x',
      'trainyard.db.tmp',
    ];
    for (const orphan of orphans) writeFileSync(join(dataDir, orphan), 'left over');
    ageBlobs();
    expect(await store.sweep()).toBe(orphans.length);
    expect(orphans.filter((orphan) => existsSync(join(dataDir, orphan)))).toEqual([]);
    expect(blobFiles()).toEqual(kept);
    expect(existsSync(store.datasets.pathOf(datasetOf(1).file))).toBe(true);
    expect(await store.sweep()).toBe(0);
  });

  it('leaves a blob that a running trainer may be about to commit', async () => {
    writeFileSync(join(dataDir, 'blobs', 'weights-new'), 'fresh');
    expect(await store.sweep()).toBe(0);
    expect(blobFiles()).toEqual(['weights-new']);
  });

  it('gives the pages of deleted weights back to the file system', async () => {
    await addModelAndDataset(store);
    const weights = large(1).subarray(0, 4 * 1024 * 1024);
    await store.jobs.finish((await startJob(store, 1)).fence, resultOf(weights), at(2));
    await store.models.delete('m');
    await store.sweep();
    const database = new Database(join(dataDir, 'trainyard.db'), { readonly: true });
    expect(database.pragma('freelist_count', { simple: true })).toBe(0);
    expect(database.pragma('page_count', { simple: true })).toBeLessThan(100);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    database.close();
  });
});

describe('between processes', () => {
  const process = new URL('./store-process.ts', import.meta.url);
  const start = (...args: string[]): ChildProcess =>
    fork(process, [dataDir, ...args], { execArgv: ['--expose-gc'] });
  const told = async (child: ChildProcess) => (await once(child, 'message'))[0] as string[];

  it('a second owner is refused, in this process and in another, until the first is gone, even by kill -9', async () => {
    expect(() => openSqliteStore({ dataDir, role: 'owner' })).toThrow('another Trainyard owns DATA_DIR');
    expect((await told(start('own')))[0]).toContain('another Trainyard owns DATA_DIR');
    await store.close();
    const owner = start('own');
    expect(await told(owner)).toEqual(['opened']);
    expect(() => openSqliteStore({ dataDir, role: 'owner' })).toThrow('another Trainyard owns DATA_DIR');
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    store = openSqliteStore({ dataDir, role: 'owner' });
  });

  it('claimers of three processes never share a job, and every job is claimed', async () => {
    await addModelAndDataset(store);
    const count = 60;
    for (let n = 1; n <= count; n++) await store.jobs.submit(jobOf(n), at(n));
    const taken = (await Promise.all(['a', 'b', 'c'].map((owner) => told(start('claim', owner))))).flat();
    expect(taken.length).toBe(count);
    expect(new Set(taken).size).toBe(count);
    expect(await store.jobs.releaseAll(at(2000))).toBe(count);
  });
});
