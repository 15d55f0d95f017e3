/** Puts the bytes of an upload into its file, within the bound of its format and of the disk. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TrainyardError } from '../../errors.ts';
import type { ByteSink } from './byte-sink.ts';
import { StreamWriter } from './stream-writer.ts';

/** Pieces are gathered up to this while a write is under way, and then written at once. */
const bufferBytes = 1024 * 1024;
/** How much may come before the reader of the file hears of it, and before the disk is asked again. */
const reportBytes = 1024 * 1024;
const diskCheckBytes = 64 * 1024 * 1024;

export interface SpoolOptions {
  /** Of a file that is not there yet. */
  readonly path: string;
  /** Room that the disk must keep, bytes. */
  readonly minFreeBytes: number;
  /** Most bytes that the file may hold; asked at each piece, since the format may be known late. */
  maxBytes(): number;
  /** There is more in the file than before. */
  onGrowth(): void;
}

/**
 * Resolves once the file is there. It refuses by its `write`: `payload_too_large`, `disk_full`; by its `end`: `empty_body`.
 *
 * @throws Error when the file cannot be made
 */
export async function openSpool({ path, minFreeBytes, maxBytes, onGrowth }: SpoolOptions): Promise<ByteSink> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600, highWaterMark: bufferBytes });
  await once(file, 'open');
  const input = new StreamWriter(file);
  let received = 0;
  let reported = 0;
  let checked = 0;

  async function withDiskCheck(taking: void | Promise<void>): Promise<void> {
    await Promise.all([taking, checkFreeDisk(dirname(path), minFreeBytes + received)]);
  }

  return {
    write(piece) {
      received += piece.length;
      if (received > maxBytes()) {
        throw new TrainyardError(
          'payload_too_large',
          `expected at most ${maxBytes()} bytes of data, got more`,
        );
      }
      const taking = input.write(piece);
      if (file.bytesWritten - reported >= reportBytes) {
        reported = file.bytesWritten;
        onGrowth();
      }
      if (received - checked < diskCheckBytes) return taking;
      checked = received;
      return withDiskCheck(taking);
    },
    async end() {
      if (received === 0) throw new TrainyardError('empty_body', 'expected a file, got no body');
      await input.end();
    },
    close() {
      file.destroy();
    },
  };
}

/** @throws TrainyardError `disk_full` when fewer than `bytes` are free under the folder */
export async function checkFreeDisk(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  throw new TrainyardError('disk_full', `expected ${bytes} free bytes, the disk has ${bavail * bsize}`);
}
