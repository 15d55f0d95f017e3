/** Checks that a stream of chunks is UTF-8, and says at which byte it is not. */
import { isUtf8 } from 'node:buffer';
import { TrainyardError } from '../../errors.ts';

/**
 * @param bytes the next of the file
 * @param offset in the file of the first of them, for the message
 * @returns how many of them are whole characters: at the end up to three bytes of one may have to come again
 * @throws TrainyardError `invalid_encoding`
 */
export function checkUtf8(bytes: Buffer, offset: number, isLast: boolean): number {
  const end = isLast ? bytes.length : endOfWholeCharacters(bytes);
  if (isUtf8(bytes.subarray(0, end))) return end;
  const at = offset + firstInvalid(bytes.subarray(0, end));
  const hint = at === 0 && isUtf16Mark(bytes) ? '; it looks like UTF-16' : '';
  throw new TrainyardError('invalid_encoding', `expected UTF-8 text; byte ${at} is not part of it${hint}`);
}

function endOfWholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (isContinuation(byte)) continue;
    return lengthOfCharacter(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function firstInvalid(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const length = lengthOfCharacter(bytes[at]!);
    if (at + length > bytes.length || !isUtf8(bytes.subarray(at, at + length))) break;
    at += length;
  }
  return at;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** As the leading byte says; 1 for what cannot lead. */
function lengthOfCharacter(lead: number): number {
  return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
}

function isUtf16Mark(bytes: Buffer): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}
