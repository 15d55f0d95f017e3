/** Reads the names of a CSV file's columns from its first line. */
import { acceptColumnNames } from './column-names.ts';
import {
  carriageReturn,
  comma,
  lineFeed,
  malformedCsv,
  maxRowBytes,
  quote,
  rowTooLong,
} from './csv-limits.ts';

/** Where the rows begin. */
export interface CsvHeader {
  readonly names: readonly string[];
  /** Offset of the first byte behind the header. */
  readonly end: number;
  /** Line of that byte, from 1. */
  readonly line: number;
  /** The header's line ends in CRLF. */
  readonly crlf: boolean;
}

/**
 * @param bytes the file's first bytes, more than `maxRowBytes` or all there are, after a byte-order mark
 * @returns the names in NFC and trimmed, and where the rows begin
 * @throws TrainyardError `malformed_csv`, or what `acceptColumnNames` refuses
 */
export function readCsvHeader(bytes: Buffer): CsvHeader {
  const names: string[] = [];
  let at = 0;
  for (;;) {
    const field = bytes[at] === quote ? quotedName(bytes, at) : plainName(bytes, at);
    names.push(field.name);
    if (field.end > maxRowBytes) throw rowTooLong(1);
    if (bytes[field.end] === comma) {
      at = field.end + 1;
      continue;
    }
    const line = lineAt(bytes, field.end);
    const crlf = bytes[field.end] === carriageReturn;
    if (crlf && bytes[field.end + 1] !== lineFeed) {
      throw malformedCsv(line, 'a carriage return without a line feed; expected lines to end in LF or CRLF');
    }
    const end = Math.min(bytes.length, field.end + (crlf ? 2 : 1));
    return { names: acceptColumnNames(names), end, line: line + 1, crlf };
  }
}

interface Field {
  readonly name: string;
  /** Index of the byte behind it: a comma, the end of the line, or of the file. */
  readonly end: number;
}

function plainName(bytes: Buffer, start: number): Field {
  let end = start;
  while (end < bytes.length && !isSeparator(bytes[end]!)) {
    if (bytes[end] === quote)
      throw malformedCsv(lineAt(bytes, end), 'a quote inside a field that does not start with one');
    if (bytes[end] === 0) throw malformedCsv(lineAt(bytes, end), 'expected text, got a NUL byte');
    end++;
  }
  return { name: bytes.toString('utf8', start, end), end };
}

function quotedName(bytes: Buffer, start: number): Field {
  let close = bytes.indexOf(quote, start + 1);
  while (close !== -1 && bytes[close + 1] === quote) close = bytes.indexOf(quote, close + 2);
  if (close === -1) throw malformedCsv(lineAt(bytes, start), 'a quote is opened and never closed');
  const end = close + 1;
  if (end < bytes.length && !isSeparator(bytes[end]!)) {
    throw malformedCsv(lineAt(bytes, end), 'expected a comma or the end of the line after a closing quote');
  }
  return { name: bytes.toString('utf8', start + 1, close).replaceAll('""', '"'), end };
}

function isSeparator(byte: number): boolean {
  return byte === comma || byte === lineFeed || byte === carriageReturn;
}

function lineAt(bytes: Buffer, index: number): number {
  let line = 1;
  for (let at = bytes.indexOf(lineFeed); at !== -1 && at < index; at = bytes.indexOf(lineFeed, at + 1))
    line++;
  return line;
}
