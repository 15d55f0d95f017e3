/** Which format an upload has: by its media type, or in a form by the name of its file where the type says nothing. */
import { type UploadFormat, uploadFormats } from '../../data/messages.ts';
import { TrainyardError } from '../../errors.ts';
import type { FilePart } from './multipart-sink.ts';

export const mediaTypes: Readonly<Record<UploadFormat, string>> = {
  json: 'application/json',
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
};

export const formMediaType = 'multipart/form-data';

/** curl and browsers know few of these types, and send the file's bytes as one of no meaning or as one of another program's. */
const fileEndings: Readonly<Record<UploadFormat, RegExp>> = {
  json: /\.json$/i,
  csv: /\.csv$/i,
  ndjson: /\.(ndjson|jsonl)$/i,
  parquet: /\.parquet$/i,
};

export function formatOfMediaType(mediaType: string | undefined): UploadFormat | null {
  return uploadFormats.find((format) => mediaTypes[format] === mediaType) ?? null;
}

/** @throws TrainyardError `unsupported_media_type` */
export function formatOfPart({ mediaType, fileName = '' }: FilePart): UploadFormat {
  const format =
    formatOfMediaType(mediaType) ?? uploadFormats.find((each) => fileEndings[each].test(fileName)) ?? null;
  if (format !== null) return format;
  throw new TrainyardError(
    'unsupported_media_type',
    `expected a file of type ${Object.values(mediaTypes).join(', ')}, or a name that ends in .csv and the like, got ${JSON.stringify(mediaType.slice(0, 100))}`,
  );
}
