/** Walks the rows of a CSV file: refuses what is not RFC 4180 or not a table, and finds out the type of every column. */
import type { CsvOptions } from '../../contracts/csv-options.ts';
import { maxColumnNameLength } from '../../contracts/names.ts';
import { TrainyardError } from '../../errors.ts';
import { CsvColumn } from './csv-column.ts';
import type { CsvHeader } from './csv-header.ts';
import { carriageReturn, lineFeed, malformedCsv, maxRowBytes, quote, rowTooLong } from './csv-limits.ts';
import { MissingTokens } from './missing-tokens.ts';
import { isNumberState, numberStates, numberSteps } from './number-grammar.ts';
import { ProblemList } from './problem-list.ts';
import { shown, type TypedColumn } from './typed-column.ts';

/** The chunk ended inside a field: it has to be seen again with more bytes behind it. */
const incomplete = -1;

/** What a whole file turned out to hold. */
export interface ScannedRows {
  readonly rows: number;
  /** Bytes of the longest row, its line ending not counted. */
  readonly longestRow: number;
  readonly columns: TypedColumn[];
}

/**
 * A blank line is skipped in a table of several columns; in a table of one column it is a row whose value is missing. For the
 * same reason that table needs one kind of line ending.
 */
export class CsvScanner {
  readonly #columns: readonly CsvColumn[];
  readonly #crlf: boolean;
  readonly #delimiter: number;
  readonly #missing: MissingTokens;
  readonly #steps: Uint8Array;
  readonly #problems = new ProblemList();
  #rows = 0;
  #longestRow = 0;
  #line: number;
  #rowLine: number;
  /** Offset in the file of the row's first byte. */
  #rowStart: number;
  /** Offset in the file of the byte behind the last field taken. */
  #end: number;
  /** Fields of the row so far: more than there are columns in a ragged one. */
  #column = 0;

  /** @throws TrainyardError `unknown_column` when a type is asked for of a column that is not there */
  constructor(header: CsvHeader, { delimiter, missing, types }: CsvOptions) {
    checkTypes(types, header.names);
    this.#columns = header.names.map((name) => new CsvColumn(name, types.get(name) ?? null));
    this.#delimiter = delimiter.charCodeAt(0);
    this.#missing = new MissingTokens(missing, delimiter);
    this.#steps = numberSteps(`${delimiter}\n\r"\0`);
    this.#crlf = header.crlf;
    this.#line = header.line;
    this.#rowLine = header.line;
    this.#rowStart = header.end;
    this.#end = header.end;
  }

  /**
   * Takes every field that `bytes` holds whole.
   *
   * @param offset in the file of the first byte
   * @param isLast nothing follows these bytes
   * @returns how many bytes were taken; the rest has to come again
   * @throws TrainyardError `malformed_csv`, or `ragged_row` once there are too many to go on
   */
  scan(bytes: Buffer, offset: number, isLast: boolean): number {
    let at = 0;
    while (at < bytes.length) {
      const next =
        bytes[at] === quote
          ? this.#quotedField(bytes, at, offset, isLast)
          : this.#plainField(bytes, at, offset, isLast);
      if (next === incomplete) {
        if (offset + bytes.length - this.#rowStart > maxRowBytes) throw rowTooLong(this.#rowLine);
        break;
      }
      at = next;
    }
    this.#end = offset + at;
    return at;
  }

  /**
   * Ends the last row, if no line ending did.
   *
   * @throws TrainyardError `ragged_row`, `number_out_of_range`: every ragged row, and of each column its first such number
   */
  finish(): ScannedRows {
    // The file ends in a delimiter: an empty field follows it.
    if (this.#column > 0) {
      this.#columns[this.#column]?.addMissing();
      this.#endRow(this.#end);
    }
    const columns = this.#columns.map((column) => column.finish(this.#rows, this.#problems));
    this.#problems.raise();
    return { rows: this.#rows, longestRow: this.#longestRow, columns };
  }

  #plainField(bytes: Buffer, start: number, offset: number, isLast: boolean): number {
    const steps = this.#steps;
    let state: number = numberStates.start;
    let end = start;
    for (; end < bytes.length; end++) {
      const step = steps[(state << 8) | bytes[end]!]!;
      if (step === numberStates.end) break;
      state = step;
    }
    const next = this.#behindField(bytes, end, isLast);
    if (next === incomplete) return incomplete;
    const isBlank = end === start && this.#column === 0 && bytes[end] !== this.#delimiter;
    if (isBlank && this.#columns.length > 1) {
      this.#startRow(offset + next);
      return next;
    }
    const column = this.#columns[this.#column];
    const isNumber = isNumberState(state);
    const canBeMissing = !isNumber || this.#missing.hasNumbers;
    if (canBeMissing && this.#missing.has(bytes, start, end)) column?.addMissing();
    else if (isNumber) column?.addNumber(state, bytes, start, end, this.#line);
    else column?.addText(bytes, start, end, this.#line);
    this.#endField(bytes, end, next, offset);
    return next;
  }

  #quotedField(bytes: Buffer, start: number, offset: number, isLast: boolean): number {
    const close = this.#closingQuote(bytes, start, isLast);
    if (close === incomplete) return incomplete;
    const next = this.#behindField(bytes, close + 1, isLast);
    if (next === incomplete) return incomplete;
    let state: number = numberStates.start;
    let lines = 0;
    for (let at = start + 1; at < close; at++) {
      const byte = bytes[at]!;
      if (byte === lineFeed) lines++;
      if (byte === 0) throw malformedCsv(this.#line + lines, 'expected text, got a NUL byte');
      const step = this.#steps[(state << 8) | byte]!;
      // Inside quotes a delimiter or a line ending is text.
      state = step === numberStates.end ? numberStates.text : step;
    }
    const column = this.#columns[this.#column];
    if (isNumberState(state)) column?.addNumber(state, bytes, start + 1, close, this.#line);
    else column?.addText(bytes, start + 1, close, this.#line);
    this.#line += lines;
    this.#endField(bytes, close + 1, next, offset);
    return next;
  }

  /** Index of the quote that ends the field; two quotes in a row stand for one and end nothing. */
  #closingQuote(bytes: Buffer, start: number, isLast: boolean): number {
    let from = start + 1;
    for (;;) {
      const close = bytes.indexOf(quote, from);
      const isAtEnd = close === -1 || close === bytes.length - 1;
      if (isAtEnd && !isLast) return incomplete;
      if (close === -1) throw malformedCsv(this.#line, 'a quote is opened and never closed');
      if (bytes[close + 1] !== quote) return close;
      from = close + 2;
    }
  }

  /** Index of the next field's first byte. */
  #behindField(bytes: Buffer, end: number, isLast: boolean): number {
    if (end === bytes.length) return isLast ? end : incomplete;
    const byte = bytes[end];
    if (byte === this.#delimiter || byte === lineFeed) return end + 1;
    if (byte === carriageReturn) {
      if (bytes[end + 1] === lineFeed) return end + 2;
      if (end + 1 === bytes.length && !isLast) return incomplete;
      throw malformedCsv(
        this.#line,
        'a carriage return without a line feed; expected lines to end in LF or CRLF',
      );
    }
    if (byte === 0) throw malformedCsv(this.#line, 'expected text, got a NUL byte');
    if (byte === quote) throw malformedCsv(this.#line, 'a quote inside a field that does not start with one');
    throw malformedCsv(this.#line, 'expected a delimiter or the end of the line after a closing quote');
  }

  /** @param end index of the byte that ended the field, `next` index of the one behind the separator */
  #endField(bytes: Buffer, end: number, next: number, offset: number): void {
    if (bytes[end] === this.#delimiter) {
      this.#column++;
      return;
    }
    if (this.#columns.length === 1 && end < bytes.length && (bytes[end] === carriageReturn) !== this.#crlf) {
      const endings = this.#crlf ? 'CRLF, like the header' : 'LF, like the header';
      throw malformedCsv(this.#line, `expected every line of a table of one column to end in ${endings}`);
    }
    this.#endRow(offset + end);
    this.#startRow(offset + next);
  }

  /** @param end offset in the file of the byte behind the row */
  #endRow(end: number): void {
    const length = end - this.#rowStart;
    if (length > maxRowBytes) throw rowTooLong(this.#rowLine);
    this.#longestRow = Math.max(this.#longestRow, length);
    this.#rows++;
    const expected = this.#columns.length;
    const got = this.#column + 1;
    if (got !== expected) {
      const message = `expected ${expected} fields, as in the header, got ${got}`;
      this.#problems.add('ragged_row', { line: this.#rowLine, message });
    }
  }

  #startRow(offset: number): void {
    this.#column = 0;
    this.#line++;
    this.#rowLine = this.#line;
    this.#rowStart = offset;
  }
}

function checkTypes(types: CsvOptions['types'], names: readonly string[]): void {
  const unknown = [...types.keys()].filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  const errors = unknown.map((name) => ({
    pointer: '?types',
    column: name.slice(0, maxColumnNameLength),
    code: 'unknown_column',
    message: `expected the name of a column, got ${shown(name)}`,
  }));
  throw new TrainyardError('unknown_column', errors[0]!.message, { errors });
}
