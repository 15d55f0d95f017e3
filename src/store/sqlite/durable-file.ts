/** Writes files that are either whole or not there, whenever the power fails. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asStorageError } from './storage-errors.ts';

/** Ending of a file that is still being written; one that outlives its process is swept. */
export const unfinishedSuffix = '.tmp';

/**
 * Writes beside `path`, fsyncs, renames, fsyncs the folder. When the promise resolves the file survives a power failure.
 *
 * @throws TrainyardError `disk_full`; nothing is left behind
 */
export async function writeFileDurably(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = path + unfinishedSuffix;
  try {
    await using file = await open(unfinished, 'w');
    await file.writeFile(bytes);
    await file.sync();
    await rename(unfinished, path);
    await using folder = await open(dirname(path), 'r');
    await folder.sync();
  } catch (error) {
    await rm(unfinished, { force: true });
    throw asStorageError(error);
  }
}

/** The same, blocking: for the one file that is written while the store opens. */
export function writeFileDurablySync(path: string, bytes: Uint8Array): void {
  const unfinished = path + unfinishedSuffix;
  try {
    writeFileSync(unfinished, bytes, { flush: true });
    renameSync(unfinished, path);
    const folder = openSync(dirname(path), 'r');
    fsyncSync(folder);
    closeSync(folder);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw asStorageError(error);
  }
}
