/** Deletes what a crash left behind: files that no row names, and pages of the database that nothing uses. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { StoreContext } from './context.ts';
import { unfinishedSuffix } from './durable-file.ts';
import { namedFiles } from './named-files.ts';

/**
 * A trainer that outlived the API may be between writing a blob and committing its row. The write lock is waited for 5 s at
 * most, so a blob older than this has no commit to come.
 */
const blobGraceMs = 60_000;

/** Pages given back to the file system in one commit, 1 MiB of them, so that the write lock is held for milliseconds. */
const vacuumPages = 256;

/** @returns the number of files deleted */
export async function sweep({ connection: { database }, folder, logger }: StoreContext): Promise<number> {
  let deleted = 0;

  async function deleteOrphans(
    path: string,
    isOrphan: (file: string) => boolean | Promise<boolean>,
  ): Promise<void> {
    for (const file of await readdir(path)) {
      if (!(await isOrphan(file))) continue;
      await rm(join(path, file), { recursive: true, force: true });
      logger?.info({ file, folder: path }, 'deleted a file that no row names');
      deleted++;
    }
  }

  const datasets = new Set(namedFiles(database).datasets);
  await deleteOrphans(folder.root, (file) => file.endsWith(unfinishedSuffix));
  await deleteOrphans(folder.spool, () => true);
  await deleteOrphans(folder.datasets, (file) => !datasets.has(file));
  const oldest = Date.now() - blobGraceMs;
  const old = async (file: string) => (await stat(join(folder.blobs, file))).mtimeMs < oldest;
  const blobs = new Set(namedFiles(database).blobs);
  await deleteOrphans(folder.blobs, async (file) => !blobs.has(file) && (await old(file)));

  const freePages = database.pragma('freelist_count', { simple: true }) as number;
  for (let left = freePages; left > 0; left -= vacuumPages) {
    database.pragma(`incremental_vacuum(${vacuumPages})`);
    await setImmediate();
  }
  return deleted;
}
