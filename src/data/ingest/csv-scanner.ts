/** Walks the rows of a CSV file: refuses what is not RFC 4180 or not a table, and finds out the type of every column. */
import {
  carriageReturn,
  comma,
  lineFeed,
  malformedCsv,
  maxRowBytes,
  quote,
  rowTooLong,
} from './csv-limits.ts';
import { isNumberState, numberRangeProblem, numberStates, numberSteps } from './number-grammar.ts';
import { ProblemList } from './problem-list.ts';
import { everyValueIsANumber, noValues, shown, type TypedColumn } from './typed-column.ts';

/** What an unquoted field says to have no value, beside the empty one. */
export const missingTokens = ['NA', 'N/A', 'NaN', 'null', 'NULL'] as const;
const missingTokenSet: ReadonlySet<string> = new Set(missingTokens);
const longestMissingToken = 4;

/** The chunk ended inside a field: it has to be seen again with more bytes behind it. */
const incomplete = -1;

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
 * A blank line is skipped in a table of several columns; in a table of one column it is a row whose value is missing. For the
 * same reason that table needs one kind of line ending.
 */
export class CsvScanner {
  rows = 0;
  readonly #names: readonly string[];
  readonly #crlf: boolean;
  readonly #missing: Float64Array;
  /** Per column, why it is a category; null while every value is a number. */
  readonly #reasons: (string | null)[];
  /**
   * Per column, its first number that a double cannot hold. Only refused once the file is read: a column of long article numbers
   * may yet turn out to be text.
   */
  readonly #outOfRange: ({ readonly line: number; readonly message: string } | null)[];
  readonly #problems = new ProblemList();
  #line: number;
  #rowLine: number;
  /** Offset in the file of the row's first byte. */
  #rowStart: number;
  #column = 0;

  constructor(header: CsvHeader) {
    this.#names = header.names;
    this.#crlf = header.crlf;
    this.#line = header.line;
    this.#rowLine = header.line;
    this.#rowStart = header.end;
    this.#missing = new Float64Array(header.names.length);
    this.#reasons = header.names.map(() => null);
    this.#outOfRange = header.names.map(() => null);
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
    return at;
  }

  /**
   * Ends the last row, if no line ending did.
   *
   * @throws TrainyardError `ragged_row`, `number_out_of_range`: every ragged row, and of each column its first such number
   */
  finish(): { readonly rows: number; readonly columns: TypedColumn[] } {
    // The file ends in a comma: an empty field follows it.
    if (this.#column > 0) {
      this.#addMissing();
      this.#endRow();
    }
    for (const [index, problem] of this.#outOfRange.entries()) {
      if (problem === null || this.#reasons[index] !== null) continue;
      this.#problems.add('number_out_of_range', { ...problem, column: this.#names[index]! });
    }
    this.#problems.raise();
    const columns = this.#names.map((name, index): TypedColumn => {
      const missing = this.#missing[index]!;
      const reason = this.#reasons[index]!;
      if (reason !== null) return { name, type: 'category', reason, missing };
      return {
        name,
        type: 'number',
        reason: missing === this.rows ? noValues : everyValueIsANumber,
        missing,
      };
    });
    return { rows: this.rows, columns };
  }

  #plainField(bytes: Buffer, start: number, offset: number, isLast: boolean): number {
    let state: number = numberStates.start;
    let end = start;
    for (; end < bytes.length; end++) {
      const step = numberSteps[(state << 8) | bytes[end]!]!;
      if (step === numberStates.end) break;
      state = step;
    }
    const next = this.#behindField(bytes, end, isLast);
    if (next === incomplete) return incomplete;
    const isBlank = end === start && this.#column === 0 && bytes[end] !== comma;
    if (isBlank && this.#names.length > 1) {
      this.#startRow(offset + next);
      return next;
    }
    if (isNumberState(state)) this.#addNumber(state, bytes, start, end);
    else if (isMissing(bytes, start, end)) this.#addMissing();
    else this.#addText(bytes, start, end);
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
      const step = numberSteps[(state << 8) | byte]!;
      // Inside quotes a comma or a line ending is text.
      state = step === numberStates.end ? numberStates.text : step;
    }
    if (isNumberState(state)) this.#addNumber(state, bytes, start + 1, close);
    else this.#addText(bytes, start + 1, close);
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
    if (byte === comma || byte === lineFeed) return end + 1;
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
    throw malformedCsv(this.#line, 'expected a comma or the end of the line after a closing quote');
  }

  #addNumber(state: number, bytes: Buffer, start: number, end: number): void {
    const column = this.#column;
    if (column >= this.#names.length || this.#outOfRange[column] !== null) return;
    const message = numberRangeProblem(state, bytes, start, end);
    if (message !== null) this.#outOfRange[column] = { line: this.#line, message };
  }

  #addMissing(): void {
    if (this.#column < this.#names.length) this.#missing[this.#column]!++;
  }

  #addText(bytes: Buffer, start: number, end: number): void {
    const column = this.#column;
    if (column >= this.#names.length || this.#reasons[column] !== null) return;
    const text = bytes.toString('utf8', start, Math.min(end, start + 200)).replaceAll('""', '"');
    this.#reasons[column] = `line ${this.#line}: ${shown(text)} is not a number`;
  }

  /** @param end index of the byte that ended the field, `next` index of the one behind the separator */
  #endField(bytes: Buffer, end: number, next: number, offset: number): void {
    if (bytes[end] === comma) {
      this.#column++;
      return;
    }
    if (this.#names.length === 1 && end < bytes.length && (bytes[end] === carriageReturn) !== this.#crlf) {
      const endings = this.#crlf ? 'CRLF, like the header' : 'LF, like the header';
      throw malformedCsv(this.#line, `expected every line of a table of one column to end in ${endings}`);
    }
    if (offset + end - this.#rowStart > maxRowBytes) throw rowTooLong(this.#rowLine);
    this.#endRow();
    this.#startRow(offset + next);
  }

  #endRow(): void {
    this.rows++;
    const expected = this.#names.length;
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

function isMissing(bytes: Buffer, start: number, end: number): boolean {
  if (start === end) return true;
  return end - start <= longestMissingToken && missingTokenSet.has(bytes.toString('latin1', start, end));
}
