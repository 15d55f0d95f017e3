/** Gathers rows of CSV as bytes, on their way to a file: text always quoted, a missing value never. */

const quoteByte = 0x22;
const commaByte = 0x2c;
const lineFeedByte = 0x0a;
/** From here on the rows should be taken before more are added. */
const fullBytes = 1024 * 1024;

export class CsvRows {
  /** Bytes of the longest row so far, its line ending not counted. */
  longestRow = 0;
  #bytes = Buffer.allocUnsafe(2 * fullBytes);
  #length = 0;
  #rowStart = 0;

  get isFull(): boolean {
    return this.#length >= fullBytes;
  }

  startField(isFirst: boolean): void {
    if (isFirst) return;
    this.#reserve(1);
    this.#bytes[this.#length++] = commaByte;
  }

  /** A field as it stands there. */
  addBytes(from: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    // Numbers are short: a loop of our own costs less than a call of copy.
    const bytes = this.#bytes;
    const shift = this.#length - start;
    for (let at = start; at < end; at++) bytes[at + shift] = from[at]!;
    this.#length += end - start;
  }

  /** Text that holds no quote. */
  addQuoted(from: Buffer, start: number, end: number): void {
    this.#reserve(end - start + 2);
    this.#bytes[this.#length++] = quoteByte;
    this.#length += from.copy(this.#bytes, this.#length, start, end);
    this.#bytes[this.#length++] = quoteByte;
  }

  addText(text: string): void {
    const bytes = Buffer.from(text.replaceAll('"', '""'));
    this.addQuoted(bytes, 0, bytes.length);
  }

  /** @returns bytes of the row that ends here */
  endRow(): number {
    const length = this.#length - this.#rowStart;
    this.longestRow = Math.max(this.longestRow, length);
    this.#reserve(1);
    this.#bytes[this.#length++] = lineFeedByte;
    this.#rowStart = this.#length;
    return length;
  }

  /** The rows so far, which may be read until the next are added; ends no row. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    this.#rowStart = 0;
    return taken;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length + bytes));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
