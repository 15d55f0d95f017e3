/** What an unquoted CSV field says to have no value: one list for the scanner and for DuckDB. */
import { isNumberText } from './number-grammar.ts';

export class MissingTokens {
  /** The empty field first. */
  readonly tokens: readonly string[];
  /** Some token is a number, such as -999: then numbers have to be looked up too. */
  readonly hasNumbers: boolean;
  readonly #tokens: ReadonlySet<string>;
  readonly #longestBytes: number;

  /** @param tokens beside the empty field; one with the delimiter in it can be no field and is left out */
  constructor(tokens: readonly string[], delimiter: string) {
    this.tokens = ['', ...tokens.filter((token) => token !== '' && !token.includes(delimiter))];
    this.#tokens = new Set(this.tokens);
    this.#longestBytes = Math.max(...this.tokens.map((token) => Buffer.byteLength(token)));
    this.hasNumbers = this.tokens.some(isNumberText);
  }

  has(bytes: Buffer, start: number, end: number): boolean {
    if (start === end) return true;
    return end - start <= this.#longestBytes && this.#tokens.has(bytes.toString('utf8', start, end));
  }
}
