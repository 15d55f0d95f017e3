/** Finds out the columns of a CSV file from its first line: their names, or their number. */
import { acceptColumnNames } from './column-names.ts';
import { carriageReturn, lineFeed, malformedCsv, maxRowBytes, quote, rowTooLong } from './csv-limits.ts';

/** Where the rows begin. */
export interface CsvHeader {
  readonly names: readonly string[];
  /** Offset of the first byte behind the header. */
  readonly end: number;
  /** Line of that byte, from 1. */
  readonly line: number;
  /** The first line ends in CRLF. */
  readonly crlf: boolean;
}

export interface HeaderOptions {
  readonly delimiter: string;
  /** Without a header columns are named by their place, and the first line is a row. */
  readonly hasHeader: boolean;
}

/**
 * @param bytes the file's first bytes, more than `maxRowBytes` or all there are, after a byte-order mark
 * @returns the names in NFC and trimmed, and where the rows begin
 * @throws TrainyardError `malformed_csv`, or what `acceptColumnNames` refuses
 */
export function readCsvHeader(bytes: Buffer, { delimiter, hasHeader }: HeaderOptions): CsvHeader {
  const separator = delimiter.charCodeAt(0);
  if (hasHeader) {
    const { fields, end, line, crlf } = readLine(bytes, 0, separator);
    return { names: acceptColumnNames(fields), end, line, crlf };
  }
  const { fields, crlf } = readLine(bytes, startOfText(bytes), separator);
  return {
    names: acceptColumnNames(fields.map((_, index) => `column_${index + 1}`)),
    end: 0,
    line: 1,
    crlf,
  };
}

/** Index of the first byte behind blank lines, which are no rows unless the table has one column. */
function startOfText(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === lineFeed || (bytes[at] === carriageReturn && bytes[at + 1] === lineFeed)) at++;
  return at;
}

interface Line {
  readonly fields: string[];
  /** Index of the first byte behind it, and that byte's line. */
  readonly end: number;
  readonly line: number;
  readonly crlf: boolean;
}

function readLine(bytes: Buffer, start: number, separator: number): Line {
  const fields: string[] = [];
  let at = start;
  for (;;) {
    const field = bytes[at] === quote ? quotedField(bytes, at, separator) : plainField(bytes, at, separator);
    fields.push(field.text);
    if (field.end > maxRowBytes) throw rowTooLong(1);
    if (bytes[field.end] === separator) {
      at = field.end + 1;
      continue;
    }
    const line = lineAt(bytes, field.end);
    const crlf = bytes[field.end] === carriageReturn;
    if (crlf && bytes[field.end + 1] !== lineFeed) {
      throw malformedCsv(line, 'a carriage return without a line feed; expected lines to end in LF or CRLF');
    }
    const end = Math.min(bytes.length, field.end + (crlf ? 2 : 1));
    return { fields, end, line: line + 1, crlf };
  }
}

interface Field {
  readonly text: string;
  /** Index of the byte behind it: a delimiter, the end of the line, or of the file. */
  readonly end: number;
}

function plainField(bytes: Buffer, start: number, separator: number): Field {
  let end = start;
  while (end < bytes.length && !endsField(bytes[end]!, separator)) {
    if (bytes[end] === quote)
      throw malformedCsv(lineAt(bytes, end), 'a quote inside a field that does not start with one');
    if (bytes[end] === 0) throw malformedCsv(lineAt(bytes, end), 'expected text, got a NUL byte');
    end++;
  }
  return { text: bytes.toString('utf8', start, end), end };
}

function quotedField(bytes: Buffer, start: number, separator: number): Field {
  let close = bytes.indexOf(quote, start + 1);
  while (close !== -1 && bytes[close + 1] === quote) close = bytes.indexOf(quote, close + 2);
  if (close === -1) throw malformedCsv(lineAt(bytes, start), 'a quote is opened and never closed');
  const end = close + 1;
  if (end < bytes.length && !endsField(bytes[end]!, separator)) {
    throw malformedCsv(
      lineAt(bytes, end),
      'expected a delimiter or the end of the line after a closing quote',
    );
  }
  return { text: bytes.toString('utf8', start + 1, close).replaceAll('""', '"'), end };
}

function endsField(byte: number, separator: number): boolean {
  return byte === separator || byte === lineFeed || byte === carriageReturn;
}

function lineAt(bytes: Buffer, index: number): number {
  let line = 1;
  for (let at = bytes.indexOf(lineFeed); at !== -1 && at < index; at = bytes.indexOf(lineFeed, at + 1))
    line++;
  return line;
}
