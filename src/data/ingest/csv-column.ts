/** One column of a CSV file as the scanner sees it: a number until a field says otherwise, without keeping a value. */
import type { ColumnType } from '../../contracts/csv-options.ts';
import { numberRangeProblem } from './number-grammar.ts';
import type { ProblemList } from './problem-list.ts';
import { asAskedFor, everyValueIsANumber, noValues, shown, type TypedColumn } from './typed-column.ts';

/** Enough for what `shown` keeps of a text, whatever its characters are. */
const shownBytes = 200;

export class CsvColumn {
  readonly #name: string;
  /** What the upload asked for; null leaves it to the values. */
  readonly #asked: ColumnType | null;
  #missing = 0;
  /** The first field that is not a number; null while every value is one. */
  #text: { readonly line: number; readonly shown: string } | null = null;
  /**
   * The first number that a double cannot hold. Only refused once the file is read: a column of long article numbers may yet turn
   * out to be text.
   */
  #outOfRange: { readonly line: number; readonly message: string } | null = null;

  constructor(name: string, asked: ColumnType | null) {
    this.#name = name;
    this.#asked = asked;
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
    if (this.#text !== null) return;
    const text = bytes.toString('utf8', start, Math.min(end, start + shownBytes)).replaceAll('""', '"');
    this.#text = { line, shown: shown(text) };
  }

  /** The column's type now that all of its `rows` were seen; adds to `problems` the first value that its type cannot hold. */
  finish(rows: number, problems: ProblemList): TypedColumn {
    const name = this.#name;
    const missing = this.#missing;
    if (this.#asked === 'category') return { name, type: 'category', reason: asAskedFor, missing };
    if (this.#text !== null) {
      const { line, shown: text } = this.#text;
      if (this.#asked === null) {
        return { name, type: 'category', reason: `line ${line}: ${text} is not a number`, missing };
      }
      const message = `expected a number, as the types asked for say, got ${text}`;
      problems.add('wrong_type', { line, column: name, message });
    }
    if (this.#outOfRange !== null) {
      problems.add('number_out_of_range', { ...this.#outOfRange, column: name });
    }
    if (this.#asked === 'number') return { name, type: 'number', reason: asAskedFor, missing };
    return { name, type: 'number', reason: missing === rows ? noValues : everyValueIsANumber, missing };
  }
}
