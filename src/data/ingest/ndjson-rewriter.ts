/** Rewrites the lines of an NDJSON file as rows of CSV while it checks them: what reads and stores CSV then does the rest. */
import { maxColumnNameLength } from '../../contracts/names.ts';
import { TrainyardError } from '../../errors.ts';
import { acceptColumnNames } from './column-names.ts';
import { lineFeed, maxRowBytes } from './csv-limits.ts';
import { CsvRows } from './csv-rows.ts';
import { kindOf } from './json-column.ts';
import { JsonLine, malformedLine, valueKinds } from './json-line.ts';
import { NdjsonColumn } from './ndjson-column.ts';
import { ProblemList } from './problem-list.ts';
import { shown, type TypedColumn } from './typed-column.ts';

/** Names of 10,000 columns with their values; the row of CSV that comes of it has the bound of every row of CSV. */
export const maxLineBytes = 1024 * 1024;

/** Missing values cost nothing to send, and their commas take room: a short line can stand for 10,000 of them. */
const maxAbsentValues = 250_000_000;

export interface RewrittenRows {
  readonly rows: number;
  /** Bytes of the longest row of CSV. */
  readonly longestRow: number;
  readonly columns: TypedColumn[];
}

/** The keys of the first line are the columns. A blank line says nothing and is skipped. */
export class NdjsonRewriter {
  /** Rows of CSV that have been made, for the caller to take between two scans. */
  readonly csv = new CsvRows();
  /** The last scan ended early, since many rows had been made: the caller should take them and scan the rest. */
  hasMore = false;
  readonly #walker = new JsonLine();
  readonly #problems = new ProblemList();
  #columns: NdjsonColumn[] = [];
  /** Column by key, as the first line has it. */
  #byKey: ReadonlyMap<string, number> = new Map();
  /** The row that has a value of the column last. */
  #lastRow = new Int32Array(0);
  /** The line's value of each column: where it is, of which kind, and its text where that is not simply its bytes. */
  #kinds = new Uint8Array(0);
  #starts = new Int32Array(0);
  #ends = new Int32Array(0);
  #texts: (string | null)[] = [];
  #rows = 0;
  #line = 0;
  #absent = 0;
  readonly #maxAbsent: number;

  constructor(maxAbsent = maxAbsentValues) {
    this.#maxAbsent = maxAbsent;
  }

  /**
   * Takes every line that `bytes` holds whole.
   *
   * @param isLast nothing follows these bytes
   * @returns how many bytes were taken; the rest has to come again
   * @throws TrainyardError `malformed_json`, `duplicate_key`, and a refusal once there are too many faults to go on
   */
  scan(bytes: Buffer, isLast: boolean): number {
    let at = 0;
    this.hasMore = false;
    while (at < bytes.length) {
      this.hasMore = this.csv.isFull;
      if (this.hasMore) return at;
      const found = bytes.indexOf(lineFeed, at);
      if (found === -1 && !isLast) break;
      const end = found === -1 ? bytes.length : found;
      this.#line++;
      if (end - at > maxLineBytes) throw tooLong(this.#line);
      this.#takeLine(bytes, at, end);
      at = Math.min(bytes.length, end + 1);
    }
    if (bytes.length - at > maxLineBytes) throw tooLong(this.#line + 1);
    return at;
  }

  /** @throws TrainyardError all that is wrong with the rows; `empty_dataset` */
  finish(): RewrittenRows {
    this.#problems.raise();
    if (this.#rows === 0) throw new TrainyardError('empty_dataset', 'expected at least one row, got none');
    const columns = this.#columns.map((column) => column.finish(this.#rows));
    return { rows: this.#rows, longestRow: this.csv.longestRow, columns };
  }

  #takeLine(bytes: Buffer, start: number, end: number): void {
    if (isBlank(bytes, start, end)) return;
    if (this.#columns.length === 0) this.#readColumns(bytes, start, end);
    this.#rows++;
    if (!this.#walker.open(bytes, start, end, this.#line)) {
      this.#refuseLine(bytes, start, end);
      return;
    }
    this.#kinds.fill(valueKinds.null);
    let expected = 0;
    while (this.#walker.next()) {
      const index = this.#columnOf(bytes, expected);
      if (index !== null) {
        this.#takeValue(bytes, index);
        expected = index + 1;
      }
      // What a nested value holds is not walked over.
      if (this.#walker.kind === valueKinds.nested) return;
    }
    this.#writeRow(bytes);
  }

  #readColumns(bytes: Buffer, start: number, end: number): void {
    const walker = this.#walker;
    if (!walker.open(bytes, start, end, this.#line)) this.#refuseLine(bytes, start, end).raise();
    const keys = new Map<string, Buffer>();
    while (walker.next()) {
      const { keyStart, keyEnd, keyHasEscape } = walker;
      const key = walker.decode(keyStart, keyEnd, keyHasEscape);
      if (keys.has(key)) throw this.#duplicateKey(key);
      keys.set(key, Buffer.from(bytes.subarray(keyStart, keyEnd)));
      // Behind a nested value the line is not walked on, so its other keys cannot be known.
      if (walker.kind === valueKinds.nested) {
        new NdjsonColumn(columnName(key), Buffer.alloc(0)).check(bytes, walker, this.#line, this.#problems);
        this.#problems.raise();
      }
    }
    const names = acceptColumnNames([...keys.keys()]);
    this.#columns = [...keys.values()].map((raw, index) => new NdjsonColumn(names[index]!, raw));
    this.#byKey = new Map([...keys.keys()].map((key, index) => [key, index]));
    this.#texts = names.map(() => null);
    this.#lastRow = new Int32Array(keys.size);
    this.#kinds = new Uint8Array(keys.size);
    this.#starts = new Int32Array(keys.size);
    this.#ends = new Int32Array(keys.size);
  }

  /**
   * Index of the column that the current pair is of.
   *
   * @param expected the column behind the last pair's, which it nearly always is
   */
  #columnOf(bytes: Buffer, expected: number): number | null {
    const { keyStart, keyEnd, keyHasEscape } = this.#walker;
    let index: number | undefined = expected;
    if (!this.#columns[expected]?.hasKeyAt(bytes, keyStart, keyEnd)) {
      const key = this.#walker.decode(keyStart, keyEnd, keyHasEscape);
      index = this.#byKey.get(key);
      if (index === undefined) {
        const message = `the first line has no key ${shown(key)}; its keys are the columns`;
        const problem = { line: this.#line, column: columnName(key), message };
        this.#problems.add('validation_failed', problem, 'unknown_field');
        return null;
      }
    }
    if (this.#lastRow[index] === this.#rows) throw this.#duplicateKey(this.#columns[index]!.name);
    this.#lastRow[index] = this.#rows;
    return index;
  }

  #takeValue(bytes: Buffer, index: number): void {
    const walker = this.#walker;
    this.#texts[index] = this.#columns[index]!.check(bytes, walker, this.#line, this.#problems);
    this.#kinds[index] = walker.kind;
    this.#starts[index] = walker.start;
    this.#ends[index] = walker.end;
  }

  #writeRow(bytes: Buffer): void {
    const { csv } = this;
    let present = 0;
    for (let index = 0; index < this.#kinds.length; index++) {
      csv.startField(index === 0);
      const kind = this.#kinds[index]!;
      if (kind === valueKinds.null) continue;
      present++;
      const text = this.#texts[index] ?? null;
      if (kind === valueKinds.number) csv.addBytes(bytes, this.#starts[index]!, this.#ends[index]!);
      else if (kind === valueKinds.true) csv.addText('true');
      else if (kind === valueKinds.false) csv.addText('false');
      else if (kind === valueKinds.text && text !== null) csv.addText(text);
      else if (kind === valueKinds.text) csv.addQuoted(bytes, this.#starts[index]!, this.#ends[index]!);
    }
    if (csv.endRow() > maxRowBytes) {
      throw malformedLine(this.#line, `expected values of at most ${maxRowBytes} bytes on a line`);
    }
    this.#absent += this.#kinds.length - present;
    if (this.#absent > this.#maxAbsent) {
      throw new TrainyardError(
        'payload_too_large',
        `expected at most ${this.#maxAbsent} missing values, got more`,
      );
    }
  }

  /** JSON of another kind is read but not acceptable; what is no JSON cannot be read. */
  #refuseLine(bytes: Buffer, start: number, end: number): ProblemList {
    let value: unknown;
    try {
      value = JSON.parse(bytes.toString('utf8', start, end));
    } catch {
      throw malformedLine(this.#line, 'expected a JSON object');
    }
    const message = `expected an object, got ${kindOf(value)}`;
    this.#problems.add('validation_failed', { line: this.#line, message }, 'invalid_type');
    return this.#problems;
  }

  #duplicateKey(key: string): TrainyardError {
    const message = `the key ${shown(key)} is repeated`;
    const errors = [{ line: this.#line, column: columnName(key), code: 'duplicate_key', message }];
    return new TrainyardError('duplicate_key', `line ${this.#line}: ${message}`, { errors });
  }
}

function tooLong(line: number): TrainyardError {
  return malformedLine(line, `expected a line of at most ${maxLineBytes} bytes`);
}

function columnName(key: string): string {
  return key.slice(0, maxColumnNameLength).toWellFormed();
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  }
  return true;
}
