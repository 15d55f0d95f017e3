/** Backups: the store at one moment as a tar archive, streamed at the pace of the client while jobs run. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import { type BackupManifest, backupFormat, manifestName } from '../../contracts/backup.ts';
import { TrainyardError } from '../../errors.ts';
import type { Store, StoreSnapshot } from '../../store/ports.ts';

export interface Backup {
  readonly fileName: string;
  /** Destroying it, as a client that goes away does, deletes the snapshot behind it. */
  readonly archive: Pack;
}

export interface BackupDependencies {
  readonly store: Store;
  readonly packageVersion: string;
  readonly now: () => Date;
  /** Told of what breaks an archive off. */
  readonly onFailure: (error: unknown) => void;
}

export type BackupService = ReturnType<typeof createBackupService>;

export function createBackupService({ store, packageVersion, now, onFailure }: BackupDependencies) {
  let isRunning = false;

  async function fill(archive: Pack, snapshot: StoreSnapshot, createdAt: string): Promise<void> {
    const files: BackupManifest['files'] = [];
    for (const { name, path, bytes } of snapshot.files) {
      files.push({ name, bytes, sha256: await addFile(archive, name, path, bytes) });
    }
    const manifest: BackupManifest = {
      format: backupFormat,
      created_at: createdAt,
      package_version: packageVersion,
      files,
    };
    archive.entry({ name: manifestName }, `${JSON.stringify(manifest, null, 1)}\n`);
  }

  /** The archive ends when nothing is left of its snapshot: who has read it to its end may ask for the next. */
  async function stream(archive: Pack, snapshot: StoreSnapshot, createdAt: string): Promise<void> {
    try {
      await fill(archive, snapshot, createdAt);
    } catch (error) {
      archive.destroy();
      onFailure(error);
    }
    await snapshot.release().catch(onFailure);
    isRunning = false;
    archive.finalize();
  }

  return {
    /** @throws TrainyardError `busy` while another is under way: each holds a copy of the database; `disk_full` */
    async start(): Promise<Backup> {
      if (isRunning)
        throw new TrainyardError('busy', 'another backup is under way; try again when it is done');
      isRunning = true;
      try {
        const createdAt = now().toISOString();
        const snapshot = await store.snapshot();
        const archive = pack();
        void stream(archive, snapshot, createdAt);
        return { fileName: `trainyard-${createdAt.replace(/[:.]/g, '-')}.tar`, archive };
      } catch (error) {
        isRunning = false;
        throw error;
      }
    },
  };
}

/** @returns SHA-256 of what was written */
async function addFile(archive: Pack, name: string, path: string, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(
    createReadStream(path),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    archive.entry({ name, size: bytes }),
  );
  return hash.digest('hex');
}
