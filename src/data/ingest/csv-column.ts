/** One column of a CSV file as the scanner sees it: a number until a field says otherwise, without keeping a value. */
import { numberRangeProblem } from './number-grammar.ts';
import type { ProblemList } from './problem-list.ts';
import { everyValueIsANumber, noValues, shown, type TypedColumn } from './typed-column.ts';

/** Enough for what `shown` keeps of a text, whatever its characters are. */
const shownBytes = 200;

export class CsvColumn {
  readonly #name: string;
  #missing = 0;
  /** Why the column is a category; null while every value is a number. */
  #reason: string | null = null;
  /**
   * The first number that a double cannot hold. Only refused once the file is read: a column of long article numbers may yet turn
   * out to be text.
   */
  #outOfRange: { readonly line: number; readonly message: string } | null = null;

  constructor(name: string) {
    this.#name = name;
  }

  addMissing(): void {
    this.#missing++;
  }

  /** @param state in which the walk over these bytes ended */
  addNumber(state: number, bytes: Buffer, start: number, end: number, line: number): void {
    if (this.#outOfRange !== null) return;
    const message = numberRangeProblem(state, bytes, start, end);
    if (message !== null) this.#outOfRange = { line, message };
  }

  addText(bytes: Buffer, start: number, end: number, line: number): void {
    if (this.#reason !== null) return;
    const text = bytes.toString('utf8', start, Math.min(end, start + shownBytes)).replaceAll('""', '"');
    this.#reason = `line ${line}: ${shown(text)} is not a number`;
  }

  /** The column's type now that all of its `rows` were seen; adds to `problems` a number that cannot be stored. */
  finish(rows: number, problems: ProblemList): TypedColumn {
    const name = this.#name;
    const missing = this.#missing;
    if (this.#reason !== null) return { name, type: 'category', reason: this.#reason, missing };
    if (this.#outOfRange !== null) {
      problems.add('number_out_of_range', { ...this.#outOfRange, column: name });
    }
    return { name, type: 'number', reason: missing === rows ? noValues : everyValueIsANumber, missing };
  }
}
