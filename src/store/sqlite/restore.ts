/** Makes a data folder of a backup's archive, and proves it before it can be mistaken for one. */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ExtractEvents, extract } from 'tar-stream';
import { BackupManifest, manifestName } from '../../contracts/backup.ts';
import { StoreRefusal } from '../ports.ts';
import { type DataFolder, dataFolder } from './data-folder.ts';
import { unfinishedSuffix } from './durable-file.ts';
import { type DatabaseCounts, proveDatabase } from './prove-database.ts';

export interface RestoreReport extends DatabaseCounts {
  readonly createdAt: string;
  readonly files: number;
  readonly bytes: number;
}

/** Nothing else is written, wherever an archive's names would lead. */
const fileName = /^(trainyard\.db|(datasets|blobs)\/[\w-][\w.-]*)$/;
/** A manifest of a million files. */
const maxManifestBytes = 256 * 1024 * 1024;

type Entry = ExtractEvents['entry'][1];
/** Its stream is of another library than Node's, which types its chunks as unknown. */
const bytesOf = (entry: Entry) => entry as unknown as AsyncIterable<Buffer>;
type Received = BackupManifest['files'][number];

/**
 * The database gets its name last: a folder that was left half-made is no data folder, and what is in it is deleted again when
 * something is wrong.
 *
 * @param target must be empty or not exist
 * @throws StoreRefusal naming what is wrong with the archive or the target
 */
export async function restoreArchive(archive: Readable, target: string): Promise<RestoreReport> {
  const folder = dataFolder(target);
  await requireEmpty(folder.root);
  try {
    for (const path of [folder.datasets, folder.blobs]) await mkdir(path, { recursive: true });
    const { manifest, received } = await unpack(archive, folder);
    requireSame(manifest.files, received);
    const unproved = folder.database + unfinishedSuffix;
    const hashes = new Map(received.map(({ name, sha256 }) => [name, sha256]));
    const { counts } = proveDatabase(unproved, (name) => hashes.get(name));
    await rename(unproved, folder.database);
    for (const path of [folder.datasets, folder.blobs, folder.root, dirname(folder.root)])
      await syncFolder(path);
    const bytes = received.reduce((sum, file) => sum + file.bytes, 0);
    return { createdAt: manifest.created_at, files: received.length, bytes, ...counts };
  } catch (error) {
    for (const path of await readdir(folder.root).catch(() => []))
      await rm(join(folder.root, path), { recursive: true, force: true });
    throw error;
  }
}

async function requireEmpty(root: string): Promise<void> {
  try {
    const present = await readdir(root);
    if (present.length > 0)
      throw new StoreRefusal(
        `expected an empty folder, ${root} holds ${present[0]}${present.length > 1 ? ' and more' : ''}`,
      );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(root, { recursive: true });
  }
}

async function unpack(archive: Readable, folder: DataFolder) {
  const entries = extract();
  const received: Received[] = [];
  let manifest: BackupManifest | null = null;
  const feeding = pipeline(archive, entries).catch((error: unknown) => {
    entries.destroy(error as Error);
  });
  try {
    for await (const entry of entries) {
      const { name, type } = entry.header;
      if (manifest) throw new StoreRefusal(`the archive goes on after its manifest: ${name}`);
      if (name === manifestName) {
        manifest = await readManifest(entry);
        continue;
      }
      if (type !== 'file' || !fileName.test(name) || received.some((file) => file.name === name))
        throw new StoreRefusal(`the archive holds what no backup does: ${type} ${name}`);
      received.push(await receive(entry, folder, name));
    }
  } catch (error) {
    if (error instanceof StoreRefusal || (error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
    throw new StoreRefusal(`the archive cannot be read: ${(error as Error).message}`, { cause: error });
  }
  await feeding;
  if (!manifest) throw new StoreRefusal('the archive was cut short: it has no manifest');
  return { manifest, received };
}

async function readManifest(entry: Entry): Promise<BackupManifest> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of bytesOf(entry)) {
    bytes += chunk.length;
    if (bytes > maxManifestBytes) throw new StoreRefusal('the manifest is too large to be one');
    chunks.push(chunk);
  }
  const parsed = BackupManifest.safeParse(parseJson(Buffer.concat(chunks).toString()));
  if (!parsed.success)
    throw new StoreRefusal(`the manifest is not one of this release: ${parsed.error.issues[0]?.message}`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function receive(entry: Entry, folder: DataFolder, name: string): Promise<Received> {
  const hash = createHash('sha256');
  const isDatabase = name === basename(folder.database);
  const path = join(folder.root, isDatabase ? name + unfinishedSuffix : name);
  let bytes = 0;
  // Opened before anything is read: a stream opens its file some time later, after the clean-up of an archive that fails at once.
  await using file = await open(path, 'wx');
  for await (const chunk of bytesOf(entry)) {
    hash.update(chunk);
    bytes += chunk.length;
    await file.writeFile(chunk);
  }
  await file.sync();
  return { name, bytes, sha256: hash.digest('hex') };
}

function requireSame(expected: readonly Received[], received: readonly Received[]): void {
  const listed = new Map(expected.map((file) => [file.name, file]));
  for (const { name, bytes, sha256 } of received) {
    const file = listed.get(name);
    if (file?.sha256 !== sha256 || file.bytes !== bytes)
      throw new StoreRefusal(
        `${name} is not what was backed up: expected sha256 ${file?.sha256 ?? 'of no such file'}, got ${sha256}`,
      );
    listed.delete(name);
  }
  for (const name of listed.keys())
    throw new StoreRefusal(`the archive lacks ${name}, which its manifest lists`);
  if (!received.some(({ name }) => name === 'trainyard.db'))
    throw new StoreRefusal('the archive has no database');
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}
