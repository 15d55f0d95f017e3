/** Undoes a request body's Content-Encoding, within bounds. */
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { TrainyardError } from '../errors.ts';

/** RFC 9110, 8.4.1: `deflate` is the zlib format. */
const decoders: ReadonlyMap<string, (bytes: Buffer, options: object) => Promise<Buffer>> = new Map([
  ['gzip', promisify(gunzip) as (bytes: Buffer, options: object) => Promise<Buffer>],
  ['x-gzip', promisify(gunzip) as (bytes: Buffer, options: object) => Promise<Buffer>],
  ['deflate', promisify(inflate) as (bytes: Buffer, options: object) => Promise<Buffer>],
]);

/**
 * @param maxBytes of what it unpacks to: a small body may hold gigabytes
 * @returns a promise only where there is something to undo; it rejects with TrainyardError `unsupported_media_type`,
 *   `payload_too_large` or `malformed_request`
 */
export function decodeBody(
  bytes: Buffer,
  encoding: string | undefined,
  maxBytes: number,
): Buffer | Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  return name === 'identity' || name === '' ? bytes : unpack(bytes, name, maxBytes);
}

async function unpack(bytes: Buffer, name: string, maxBytes: number): Promise<Buffer> {
  const decode = decoders.get(name);
  if (!decode) {
    const message = `expected Content-Encoding gzip, deflate or none, got ${JSON.stringify(name.slice(0, 40))}`;
    throw new TrainyardError('unsupported_media_type', message);
  }
  try {
    return await decode(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new TrainyardError(
        'payload_too_large',
        `expected at most ${maxBytes} bytes once unpacked, got more`,
      );
    }
    throw new TrainyardError('malformed_request', `the body is not what its Content-Encoding says: ${name}`);
  }
}
