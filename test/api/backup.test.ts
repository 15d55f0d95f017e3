/** Backups of a service at work, and the restore that proves them or refuses. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { extract, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { restoreArchive } from '../../src/store/sqlite/restore.ts';
import { recordOf } from '../contract/store-fixtures.ts';
import { startService, type TestService } from './service.ts';

let service: TestService;
let target: string;
beforeEach(async () => {
  service = await startService();
  target = mkdtempSync(join(tmpdir(), 'trainyard-restored-'));
});
afterEach(async () => {
  await service.close();
  rmSync(target, { recursive: true, force: true });
});

const columns = {
  x: Array.from({ length: 40 }, (_, i) => i),
  y: Array.from({ length: 40 }, (_, i) => i > 15),
};
const model = { type: 'logistic_regression', target: 'y', l2: 0.1 };

async function submit(): Promise<{ dataset: string; job: string }> {
  const dataset = await service.call('POST', '/api/v1/datasets', { json: { columns } });
  await service.call('PUT', '/api/v1/models/m', { json: model });
  const job = await service.call('POST', '/api/v1/jobs', { json: { model: 'm', dataset: dataset.json.id } });
  expect(job.status).toBe(202);
  return { dataset: dataset.json.id, job: job.json.id };
}

async function backUp(): Promise<Buffer> {
  const response = await fetch(`http://127.0.0.1:${service.port}/api/v1/admin/backup`, { method: 'POST' });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/x-tar');
  return Buffer.from(await response.arrayBuffer());
}

/** In pieces, as they come from a disk or a network. */
const restore = (archive: Buffer) =>
  restoreArchive(
    Readable.from(
      Array.from({ length: Math.ceil(archive.length / 65_536) }, (_, i) =>
        archive.subarray(i * 65_536, (i + 1) * 65_536),
      ),
    ),
    target,
  );

/** Files of the archive by name, in order. */
async function filesOf(archive: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const entries = extract();
  entries.end(archive);
  for await (const entry of entries)
    files.set(entry.header.name, await buffer(entry as unknown as AsyncIterable<Buffer>));
  return files;
}

async function archiveOf(files: Iterable<readonly [string, Buffer]>): Promise<Buffer> {
  const archive = pack();
  for (const [name, bytes] of files) archive.entry({ name }, bytes);
  archive.finalize();
  return buffer(archive as unknown as AsyncIterable<Buffer>);
}

it('holds tables, models, versions and jobs: what is restored answers with the same bytes', async () => {
  const { dataset, job } = await submit();
  await service.trainNext();
  const archive = await backUp();
  const paths = [`/api/v1/datasets/${dataset}/rows`, `/api/v1/jobs/${job}`, '/api/v1/models/m/versions/1'];
  const ask = async () => Promise.all(paths.map(async (path) => (await service.call('GET', path)).text));
  const predict = async () =>
    (await service.call('POST', '/api/v1/models/m/predict', { json: { rows: [{ x: 15.5 }] } })).text;
  const before = [await ask(), await predict()];
  // What comes after the backup is not in it.
  await service.call('POST', '/api/v1/datasets', { json: { columns } });

  const report = await restore(archive);
  expect(report).toMatchObject({ files: 2, datasets: 1, models: 1, versions: 1, jobs: 1 });
  await service.close();
  service = await startService({ dataDir: target });
  expect([await ask(), await predict()]).toEqual(before);
});

it('is one moment of a store that others write to, large checkpoints and deletions too', async () => {
  const { job } = await submit();
  const trainer = openSqliteStore({ dataDir: service.dataDir, role: 'client' });
  const { fence } = (await trainer.jobs.claim('busy', 60_000, new Date()))!;
  const large = randomBytes(5 * 1024 * 1024);
  let isOver = false;
  async function train(): Promise<number> {
    for (let epoch = 1; ; epoch++) {
      await trainer.jobs.progress(fence, [recordOf(epoch)], 'reference/1', new Date());
      // Large ones are files, of which the third takes the first away.
      const state = epoch % 3 === 0 ? large : large.subarray(0, 1000);
      await trainer.jobs.checkpoint(fence, epoch, state, new Date());
      if (isOver) return epoch;
    }
  }
  async function comeAndGo(): Promise<void> {
    while (!isOver) {
      const { json } = await service.call('POST', '/api/v1/datasets', { json: { columns } });
      await service.call('DELETE', `/api/v1/datasets/${json.id}`);
    }
  }
  const working = Promise.all([train(), comeAndGo()]);
  const archives: Buffer[] = [];
  for (let i = 0; i < 3; i++) archives.push(await backUp());
  isOver = true;
  const [last] = await working;
  await trainer.close();
  expect(last).toBeGreaterThan(6);

  for (const archive of archives) {
    rmSync(target, { recursive: true });
    const { jobs, datasets } = await restore(archive);
    expect([1, 2]).toContain(datasets);
    expect(jobs).toBe(1);
    const restored = openSqliteStore({ dataDir: target, role: 'owner' });
    const { progress } = (await restored.jobs.get(job))!;
    expect(await restored.jobs.history(job)).toHaveLength(progress.epoch);
    await restored.jobs.releaseAll(new Date());
    const claimed = (await restored.jobs.claim('next', 60_000, new Date()))!;
    expect(claimed.checkpoint).not.toBeNull();
    expect(claimed.job.warnings).toEqual([]);
    await restored.close();
  }
});

describe('one at a time', () => {
  const spool = () => readdirSync(join(service.dataDir, 'spool'));

  it('a client that goes away ends its backup and leaves nothing; until then another is refused', async () => {
    await submit();
    // More than the sockets between the two hold.
    writeFileSync(join(service.dataDir, 'datasets', 'filler.parquet'), randomBytes(32 * 1024 * 1024));
    const store = service.store.datasets;
    const stored = (await store.list({ limit: 1 })).items[0];
    await store.insert({ ...stored, id: 'ds_filler', file: 'filler.parquet' });
    const socket = connect(service.port, '127.0.0.1');
    socket.write('POST /api/v1/admin/backup HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
    await once(socket, 'readable');
    const refused = await service.call('POST', '/api/v1/admin/backup');
    expect(refused).toMatchObject({ status: 503, json: { code: 'busy' } });
    expect(refused.headers['retry-after']).toBeDefined();
    expect(spool()).toHaveLength(1);
    socket.destroy();
    for (let i = 0; i < 100 && spool().length > 0; i++) await sleep(20);
    expect(spool()).toEqual([]);
    expect((await restore(await backUp())).files).toBe(3);
  });
});

describe('a restore refuses', () => {
  let archive: Buffer;
  beforeEach(async () => {
    await submit();
    archive = await backUp();
  });
  afterEach(() => {
    expect(existsSync(target) ? readdirSync(target) : []).toEqual([]);
  });

  it.each([0, 100, 512, 1_000, 0.3, 0.9, -1_100])('an archive cut short at %d', async (at) => {
    const end = at < 0 ? archive.length + at : Number.isInteger(at) ? at : Math.floor(at * archive.length);
    await expect(restore(archive.subarray(0, end))).rejects.toThrow(/archive (was cut short|cannot be read)/);
  });

  it('any byte of the database that is not what was backed up', async () => {
    const files = await filesOf(archive);
    const size = files.get('trainyard.db')!.length;
    for (const at of [0, 30, 4_096, Math.floor(size / 2), size - 1]) {
      const damaged = Buffer.from(archive);
      damaged[512 + at] ^= 1;
      await expect(restore(damaged)).rejects.toThrow('trainyard.db is not what was backed up');
    }
  });

  it('a missing, an added and an evil file, and a link', async () => {
    const files = [...(await filesOf(archive))];
    const table = files.findIndex(([name]) => name.startsWith('datasets/'));
    const refused = async (changed: (readonly [string, Buffer])[], message: string) =>
      expect(restore(await archiveOf(changed))).rejects.toThrow(message);
    await refused(files.toSpliced(table, 1), 'the archive lacks datasets/');
    await refused([['blobs/extra', Buffer.from('x')], ...files], 'expected sha256 of no such file');
    for (const evil of ['../evil', '/etc/evil', 'datasets/../../evil', 'blobs/.hidden', 'lock.db'])
      await refused([[evil, Buffer.from('x')], ...files], 'holds what no backup does');
    await refused([...files, ['blobs/late', Buffer.from('x')]], 'goes on after its manifest');
  });

  it('a manifest whose every hash is right over a store that is not whole', async () => {
    await service.trainNext();
    const files = await filesOf(await backUp());
    const manifest = JSON.parse(files.get('manifest.json')!.toString());
    const table = [...files.keys()].find((name) => name.startsWith('datasets/'))!;
    files.delete(table);
    manifest.files = manifest.files.filter(({ name }: { name: string }) => name !== table);
    files.set('manifest.json', Buffer.from(JSON.stringify(manifest)));
    await expect(restore(await archiveOf(files))).rejects.toThrow('is not there');
  });

  it('what is no archive', async () => {
    await expect(restore(Buffer.from('hello\n'))).rejects.toThrow('the archive cannot be read');
    await expect(restore(randomBytes(10_240))).rejects.toThrow('the archive cannot be read');
  });
});

it('a restore refuses a folder that is not empty, and touches nothing in it', async () => {
  writeFileSync(join(target, 'mine'), 'kept');
  await expect(restore(await backUp())).rejects.toThrow(`expected an empty folder, ${target} holds mine`);
  expect(readdirSync(target)).toEqual(['mine']);
});
