/** The store at one moment, as files that stay what they are while the service goes on. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TrainyardError } from '../../errors.ts';
import type { StoreSnapshot } from '../ports.ts';
import type { StoreContext } from './context.ts';
import { copyDatabase } from './copy-database.ts';
import type { DataFolder } from './data-folder.ts';
import { unfinishedSuffix } from './durable-file.ts';
import { asStorageError } from './storage-errors.ts';

const fileFolders = ['datasets', 'blobs'] as const;

/**
 * A file that is born and deleted while the database is copied is missed. Only checkpoints come and go so quickly, and a new copy
 * finds others.
 */
const attempts = 5;

/**
 * Files never change once they have their name, so a hard link keeps each as it is, whoever deletes it. First everything that is
 * there is linked, then the database is copied, then what was added meanwhile: together they hold all that the copy names.
 *
 * @throws TrainyardError `disk_full`, `busy`
 */
export async function takeSnapshot({ folder }: StoreContext): Promise<StoreSnapshot> {
  const copy = join(folder.spool, `snapshot-${randomUUID()}`);
  const release = () => rm(copy, { recursive: true, force: true });
  try {
    for (const name of fileFolders) await mkdir(join(copy, name), { recursive: true });
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const names = await tryOnce(folder, copy);
      if (names) return { files: await Promise.all(names.map((name) => describe(copy, name))), release };
    }
    throw new TrainyardError('busy', 'the files of the store come and go too quickly; try again');
  } catch (error) {
    await release();
    throw asStorageError(error);
  }
}

/** @returns the snapshot's files, relative to `copy`; null when one was gone before it was linked */
async function tryOnce(folder: DataFolder, copy: string): Promise<string[] | null> {
  for (const name of fileFolders) {
    const present = (await readdir(folder[name])).filter((file) => !file.endsWith(unfinishedSuffix));
    await linkFiles(folder[name], join(copy, name), present);
  }
  const database = join(copy, basename(folder.database));
  const { named } = await copyDatabase({ from: folder.database, to: database });
  const linked = await Promise.all(
    fileFolders.map((name) => linkFiles(folder[name], join(copy, name), named[name])),
  );
  if (linked.every(Boolean))
    return [
      basename(database),
      ...fileFolders.flatMap((name) => named[name].map((file) => `${name}/${file}`)),
    ];
  await rm(database);
  return null;
}

/** @returns whether all are there now */
async function linkFiles(from: string, to: string, files: readonly string[]): Promise<boolean> {
  // Those linked before may have been deleted since.
  const linked = new Set(await readdir(to));
  let isComplete = true;
  for (const file of files) {
    if (linked.has(file)) continue;
    try {
      await link(join(from, file), join(to, file));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      isComplete = false;
    }
  }
  return isComplete;
}

async function describe(copy: string, name: string) {
  const path = join(copy, name);
  return { name, path, bytes: (await stat(path)).size };
}
