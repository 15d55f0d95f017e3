/** Takes a multipart form apart on its way: its one part `file` goes on to the next sink, anything else is refused. */
import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { type FieldError, TrainyardError } from '../../errors.ts';
import { validationFailed } from '../plugins/validation.ts';
import type { ByteSink } from './byte-sink.ts';
import { pump } from './pump.ts';
import { StreamWriter } from './stream-writer.ts';

const partName = 'file';
const maxHeaderBytes = 16 * 1024;
const bufferBytes = 256 * 1024;
/** Encodings of a part that leave its bytes as they are. */
const plainEncodings: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary']);

export interface FilePart {
  /** The part's own, lower-case and without parameters. */
  readonly mediaType: string;
  readonly fileName: string | undefined;
}

/**
 * @param contentType of the request, with the boundary
 * @param begin called with the file's part before its first byte; throws what is wrong with it
 * @throws TrainyardError `malformed_multipart` when there is no boundary
 */
export function takeFileInto(next: ByteSink, contentType: string, begin: (part: FilePart) => void): ByteSink {
  const form = openForm(contentType);
  const input = new StreamWriter(form, () => malformed('the form breaks off before its closing boundary'));
  let file: Promise<void> | null = null;

  form.on('file', (name, stream, fileName, encoding, mediaType) => {
    try {
      if (name !== partName)
        throw refusedPart(name, 'unknown_field', `expected one part "${partName}" and no other`);
      if (file !== null) throw refusedPart(name, 'invalid_value', 'expected one file, got more');
      if (!plainEncodings.has(encoding)) {
        throw refusedPart(
          name,
          'invalid_value',
          `expected no Content-Transfer-Encoding, got ${encoding.slice(0, 40)}`,
        );
      }
      begin({ mediaType, fileName });
      file = pump(stream as Readable, next);
      file.catch((error: unknown) => input.fail(error));
    } catch (error) {
      // A stream of a part that nobody reads holds the form for ever.
      stream.on('error', () => {});
      stream.resume();
      input.fail(error);
    }
  });

  return {
    write: (piece) => input.write(piece),
    async end() {
      await input.end();
      if (file === null) throw refusedPart(partName, 'missing_field', `expected a part "${partName}"`);
      await file;
      await next.end();
    },
    close() {
      form.destroy();
      next.close();
    },
  };
}

function openForm(contentType: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      // So that every part comes as a stream, before anything of it is kept.
      isPartAFile: () => true,
      fileHwm: bufferBytes,
      highWaterMark: bufferBytes,
      limits: { headerSize: maxHeaderBytes },
    });
  } catch {
    throw malformed('expected a boundary in the Content-Type');
  }
}

function refusedPart(name: string | undefined, code: string, message: string): TrainyardError {
  const error: FieldError = { pointer: `/${(name ?? '').slice(0, 128).toWellFormed()}`, code, message };
  return validationFailed([error]);
}

function malformed(message: string): TrainyardError {
  return new TrainyardError('malformed_multipart', message);
}
