/** Reads an upload's file piece by piece, waiting for what has not arrived yet. */
import type { FileHandle } from 'node:fs/promises';
import type { Arrival } from './arrival.ts';

/**
 * @param position in the file to read from
 * @returns how many bytes were read: fewer than `into` holds only at the end of the whole upload
 * @throws TrainyardError `incomplete_body` when the upload broke off
 */
export async function readArriving(
  file: FileHandle,
  into: Buffer,
  position: number,
  arrival: Arrival,
): Promise<number> {
  let filled = 0;
  while (filled < into.length) {
    const wasWhole = arrival.isWhole();
    // A read may give less than was asked for before the end of the file.
    const { bytesRead } = await file.read(into, filled, into.length - filled, position + filled);
    filled += bytesRead;
    if (bytesRead > 0) continue;
    if (wasWhole) break;
    await arrival.more();
  }
  return filled;
}
