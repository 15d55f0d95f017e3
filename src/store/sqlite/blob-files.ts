/** Weights and checkpoints: small ones live in their row, large ones as files that their row names. */
import { createHash, randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreLogger } from './context.ts';
import { writeFileDurably } from './durable-file.ts';

/** Above it a commit would carry so many pages that it held the write lock too long. */
export const inlineLimitBytes = 4 * 1024 * 1024;

/** Hashed between two turns of the event loop: about 2 ms. */
const chunkBytes = 1024 * 1024;

/** Exactly one of `data` and `file` is set. */
export interface StoredBlob {
  readonly data: Uint8Array | null;
  readonly file: string | null;
  readonly sha256: string;
}

/** The bytes are not those that were stored, or their file is gone. */
export class CorruptBlob extends Error {
  override readonly name = 'CorruptBlob';
}

export interface BlobFiles {
  /**
   * Makes the bytes durable where they are large, then runs `commit` with what the row must say. The file is taken away
   * again unless `commit` returns true. Its name is new each time, so that no failure can touch an earlier blob.
   */
  commitWith(
    kind: 'weights' | 'checkpoint',
    bytes: Uint8Array,
    commit: (blob: StoredBlob) => boolean,
  ): Promise<boolean>;
  /**
   * Reads a blob into a buffer of its own (byte offset 0, so that any typed array can view it).
   *
   * @throws CorruptBlob
   */
  load(blob: StoredBlob): Promise<Uint8Array>;
  /** Deletes files that no row names any more. One that cannot be deleted is logged and left to the next sweep. */
  remove(files: readonly string[]): Promise<void>;
}

export function createBlobFiles(folder: string, logger: StoreLogger | undefined): BlobFiles {
  async function remove(files: readonly string[]): Promise<void> {
    for (const file of files) {
      await rm(join(folder, file), { force: true }).catch((error: unknown) => {
        logger?.warn({ err: error, file }, 'a blob file could not be deleted');
      });
    }
  }
  return {
    remove,
    async commitWith(kind, bytes, commit) {
      const sha256 = await hash(bytes);
      if (bytes.length <= inlineLimitBytes) return commit({ data: bytes, file: null, sha256 });
      const file = `${kind}-${randomUUID()}`;
      await writeFileDurably(join(folder, file), bytes);
      let committed = false;
      try {
        committed = commit({ data: null, file, sha256 });
      } finally {
        if (!committed) await remove([file]);
      }
      return committed;
    },
    async load({ data, file, sha256 }) {
      const bytes = file === null ? new Uint8Array(data as Uint8Array) : await read(join(folder, file));
      const actual = await hash(bytes);
      if (actual !== sha256)
        throw new CorruptBlob(`${file ?? 'blob'}: expected sha256 ${sha256}, got ${actual}`);
      return bytes;
    },
  };
}

async function read(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path, 'r');
    const bytes = new Uint8Array((await file.stat()).size);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, Math.min(chunkBytes, bytes.length - filled));
      if (bytesRead === 0) throw new CorruptBlob(`${path}: expected ${bytes.length} bytes, got ${filled}`);
      filled += bytesRead;
    }
    return bytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new CorruptBlob(`${path} is gone`, { cause: error });
    throw error;
  }
}

async function hash(bytes: Uint8Array): Promise<string> {
  const digest = createHash('sha256');
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    if (start > 0) await new Promise((resolve) => setImmediate(resolve));
    digest.update(bytes.subarray(start, start + chunkBytes));
  }
  return digest.digest('hex');
}
