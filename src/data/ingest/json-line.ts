/** Walks the object on a line of NDJSON pair by pair, as strictly as RFC 8259 and without making a value of what it passes. */
import { TrainyardError } from '../../errors.ts';
import { isNumberState, numberStates, numberSteps } from './number-grammar.ts';

export const valueKinds = { null: 0, number: 1, text: 2, true: 3, false: 4, nested: 5 } as const;

/** Bytes that may follow a number inside an object. */
const steps = numberSteps(' \t\r,}');
const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const colon = 0x3a;
const comma = 0x2c;
const plus = 0x2b;
/** By its first byte. */
const words: ReadonlyMap<number, { readonly bytes: Buffer; readonly kind: number }> = new Map(
  Object.entries({ null: valueKinds.null, true: valueKinds.true, false: valueKinds.false }).map(
    ([word, kind]) => [word.charCodeAt(0), { bytes: Buffer.from(word), kind }],
  ),
);
const leastLetter = 0x61;

/** One object is used for all lines; what it says of a pair holds until the next. Indices are into the bytes of the line. */
export class JsonLine {
  /** The key between its quotes. */
  keyStart = 0;
  keyEnd = 0;
  keyHasEscape = false;
  /** One of `valueKinds`; at a nested value the walk ends. */
  kind: number = valueKinds.null;
  /** The value; a text's is between its quotes. */
  start = 0;
  end = 0;
  hasEscape = false;
  /** In which the walk over a number ended. */
  numberState: number = numberStates.start;

  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #lineStart = 0;
  #lineEnd = 0;
  #line = 0;
  #isFirst = true;

  /**
   * @param line its number, for messages
   * @returns whether an object begins there
   */
  open(bytes: Buffer, start: number, end: number, line: number): boolean {
    this.#bytes = bytes;
    this.#lineStart = start;
    this.#lineEnd = end;
    this.#line = line;
    this.#at = start;
    this.#isFirst = true;
    this.#skipSpace();
    return this.#takes(openBrace);
  }

  /**
   * Goes to the next pair.
   *
   * @returns false when there is none and the line ends as it should
   * @throws TrainyardError `malformed_json`
   */
  next(): boolean {
    this.#skipSpace();
    if (this.#takes(closeBrace)) return this.#finish();
    if (!this.#isFirst) {
      if (!this.#takes(comma)) throw this.#malformed('expected a comma or the end of the object');
      this.#skipSpace();
    }
    this.#isFirst = false;
    if (!this.#takes(quote)) throw this.#malformed('expected a key in quotes');
    this.keyStart = this.#at;
    this.keyHasEscape = this.#skipText();
    this.keyEnd = this.#at - 1;
    this.#skipSpace();
    if (!this.#takes(colon)) throw this.#malformed('expected a colon behind the key');
    this.#skipSpace();
    this.#takeValue();
    return true;
  }

  /** The text between its quotes at these places. */
  decode(start: number, end: number, hasEscape: boolean): string {
    const raw = this.#bytes.toString('utf8', start, end);
    if (!hasEscape) return raw;
    try {
      return JSON.parse(`"${raw}"`) as string;
    } catch {
      throw this.#malformed("expected JSON's own escapes in a text");
    }
  }

  #finish(): false {
    this.#skipSpace();
    if (this.#at < this.#lineEnd) throw this.#malformed('expected the end of the line behind the object');
    return false;
  }

  #takeValue(): void {
    const byte = this.#at < this.#lineEnd ? this.#bytes[this.#at]! : 0;
    this.start = this.#at;
    if (byte === quote) {
      this.kind = valueKinds.text;
      this.start = ++this.#at;
      this.hasEscape = this.#skipText();
      this.end = this.#at - 1;
    } else if (byte === openBrace || byte === openBracket) {
      this.kind = valueKinds.nested;
    } else if (byte >= leastLetter) {
      this.#takeWord(byte);
    } else {
      this.#takeNumber();
    }
  }

  #takeWord(firstByte: number): void {
    const word = words.get(firstByte);
    const end = this.#at + (word?.bytes.length ?? 0);
    if (!word || end > this.#lineEnd || !this.#bytes.subarray(this.#at, end).equals(word.bytes)) {
      throw this.#malformed('expected a JSON value');
    }
    this.kind = word.kind;
    this.#at = end;
  }

  #takeNumber(): void {
    const bytes = this.#bytes;
    let state: number = numberStates.start;
    const end = this.#lineEnd;
    let at = this.#at;
    for (; at < end; at++) {
      const step = steps[(state << 8) | bytes[at]!]!;
      if (step === numberStates.end) break;
      state = step;
    }
    if (!isNumberState(state) || bytes[this.#at] === plus) throw this.#malformed('expected a JSON value');
    this.kind = valueKinds.number;
    this.numberState = state;
    this.end = at;
    this.#at = at;
  }

  /**
   * Goes behind the quote that ends a text.
   *
   * @returns whether the text holds an escape
   */
  #skipText(): boolean {
    const bytes = this.#bytes;
    const end = this.#lineEnd;
    let hasEscape = false;
    for (let at = this.#at; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === quote) {
        this.#at = at + 1;
        return hasEscape;
      }
      if (byte === backslash) {
        hasEscape = true;
        at++;
      } else if (byte < 0x20) {
        this.#at = at;
        throw this.#malformed('expected control characters to be escaped in a text');
      }
    }
    throw this.#malformed('a text is opened and never closed');
  }

  #skipSpace(): void {
    while (this.#at < this.#lineEnd) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) break;
      this.#at++;
    }
  }

  #takes(byte: number): boolean {
    if (this.#at >= this.#lineEnd || this.#bytes[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  #malformed(message: string): TrainyardError {
    return malformedLine(this.#line, `byte ${this.#at - this.#lineStart + 1}: ${message}`);
  }
}

export function malformedLine(line: number, message: string): TrainyardError {
  return new TrainyardError('malformed_json', `line ${line}: ${message}`, {
    errors: [{ line, code: 'malformed_json', message }],
  });
}
