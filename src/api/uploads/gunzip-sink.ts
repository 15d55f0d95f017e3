/** Unpacks a gzip-encoded upload on its way, piece by piece, so that a bomb goes off only as far as the next sink's bound. */
import { createGunzip } from 'node:zlib';
import { TrainyardError } from '../../errors.ts';
import type { ByteSink } from './byte-sink.ts';
import { pump } from './pump.ts';
import { StreamWriter } from './stream-writer.ts';

/** What one call of zlib may give: each is a trip to a thread, so few large ones. */
const pieceBytes = 256 * 1024;

/** A stream of several members is one stream (RFC 1952, section 2.2); anything else behind its end is refused. */
export function gunzipInto(next: ByteSink): ByteSink {
  const gunzip = createGunzip({ chunkSize: pieceBytes });
  const input = new StreamWriter(gunzip, asRefusal);
  let fed = 0;
  const unpacked = pump(gunzip, next).catch((error: unknown) => {
    const refusal = asRefusal(error);
    input.fail(refusal);
    throw refusal;
  });
  // Between two writes nobody waits for it; the next one hears of it.
  unpacked.catch(() => {});
  return {
    write(piece) {
      fed += piece.length;
      return input.write(piece);
    },
    async end() {
      await input.end();
      await unpacked;
      const rest = fed - gunzip.bytesWritten;
      if (rest > 0) throw malformed(`expected the stream to end with the body, ${rest} bytes follow it`);
      await next.end();
    },
    close() {
      gunzip.destroy();
      next.close();
    },
  };
}

function asRefusal(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return malformed('the stream breaks off before its end');
  return code?.startsWith('Z_')
    ? malformed(`the stream is corrupt, or something follows it: ${message}`)
    : error;
}

function malformed(message: string): TrainyardError {
  return new TrainyardError('malformed_gzip', message);
}
