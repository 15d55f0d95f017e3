/** Reads a spooled file of text once, while it arrives and in bounded memory, as pieces that its parser takes apart. */
import { open } from 'node:fs/promises';
import type { Arrival } from './arrival.ts';
import { readArriving } from './read-arriving.ts';
import { checkUtf8 } from './utf8-check.ts';

/** Long enough that what a piece leaves for the next is rare. */
export const chunkBytes = 1024 * 1024;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * @param bytes the next of the file, valid UTF-8; what was not taken comes again with more behind it
 * @param offset of the first of them in the file
 * @param isLast nothing follows them
 * @returns how many of them were taken
 */
export type TakeText = (bytes: Buffer, offset: number, isLast: boolean) => number | Promise<number>;

/**
 * @param maxRest most bytes that `take` may leave untaken; it has to refuse more than that by itself
 * @returns length of the byte-order mark that was passed over: 3, or 0 when there is none
 * @throws TrainyardError `invalid_encoding`, `incomplete_body`, and what `take` throws
 */
export async function readText(
  path: string,
  arrival: Arrival,
  maxRest: number,
  take: TakeText,
): Promise<number> {
  await using file = await open(path, 'r');
  const buffer = Buffer.allocUnsafe(chunkBytes + maxRest);
  /** Offset in the file of the buffer's first byte, and how many bytes it holds. */
  let offset = 0;
  let held = 0;
  /** The first bytes held have been found to be UTF-8 before. */
  let checked = 0;
  let markBytes = 0;
  for (let isLast = false; !isLast; ) {
    const into = buffer.subarray(held, Math.min(buffer.length, held + chunkBytes));
    const read = await readArriving(file, into, offset + held, arrival);
    isLast = read < into.length;
    held += read;
    checked += checkUtf8(buffer.subarray(checked, held), offset + checked, isLast);
    let taken = 0;
    if (offset === 0 && buffer.subarray(0, held).indexOf(byteOrderMark) === 0) {
      markBytes = byteOrderMark.length;
      taken = markBytes;
    }
    taken += await take(buffer.subarray(taken, checked), offset + taken, isLast);
    buffer.copyWithin(0, taken, held);
    offset += taken;
    held -= taken;
    checked -= taken;
  }
  return markBytes;
}
