/** One column of an NDJSON file: its first value decides its type, and every later one has to agree. */
import { isStorableText } from './column-names.ts';
import { type JsonLine, valueKinds } from './json-line.ts';
import { numberRangeProblem } from './number-grammar.ts';
import type { ProblemList } from './problem-list.ts';
import { everyValueIsANumber, noValues, shown, type TypedColumn } from './typed-column.ts';

type Kind = 'a number' | 'text' | 'a boolean';

const kindNames: readonly (Kind | null)[] = [null, 'a number', 'text', 'a boolean', 'a boolean', null];

export class NdjsonColumn {
  readonly name: string;
  readonly #key: Buffer;
  #kind: Kind | null = null;
  #decidedBy = 0;
  #values = 0;

  /** @param key as the first line has it, between its quotes */
  constructor(name: string, key: Buffer) {
    this.name = name;
    this.#key = key;
  }

  /** Whether the key at these places is written like this column's; one written otherwise may still be the same. */
  hasKeyAt(bytes: Buffer, start: number, end: number): boolean {
    const key = this.#key;
    if (end - start !== key.length) return false;
    for (let i = 0; i < key.length; i++) if (bytes[start + i] !== key[i]) return false;
    return true;
  }

  /**
   * Checks the value of the line's current pair, or adds to `problems` what is wrong with it.
   *
   * @returns the text, where it is not simply the bytes between its quotes
   */
  check(bytes: Buffer, pair: JsonLine, line: number, problems: ProblemList): string | null {
    const kind = kindNames[pair.kind] ?? null;
    if (kind === null) {
      if (pair.kind === valueKinds.nested) {
        const message = 'expected a number, a string, a boolean or null, got a nested value';
        problems.add('validation_failed', { line, column: this.name, message }, 'invalid_type');
      }
      return null;
    }
    this.#values++;
    if (this.#kind === null) {
      this.#kind = kind;
      this.#decidedBy = line;
    } else if (this.#kind !== kind) {
      const message = `expected ${this.#kind} as on line ${this.#decidedBy}, got ${kind}`;
      problems.add('mixed_types', { line, column: this.name, message });
    }
    if (kind === 'a number') {
      const message = numberRangeProblem(pair.numberState, bytes, pair.start, pair.end);
      if (message !== null) problems.add('number_out_of_range', { line, column: this.name, message });
      return null;
    }
    return pair.kind === valueKinds.text && pair.hasEscape ? this.#decoded(pair, line, problems) : null;
  }

  finish(rows: number): TypedColumn {
    const { name } = this;
    const missing = rows - this.#values;
    if (this.#kind === null) return { name, type: 'number', reason: noValues, missing };
    if (this.#kind === 'a number') return { name, type: 'number', reason: everyValueIsANumber, missing };
    return { name, type: 'category', reason: `line ${this.#decidedBy}: the value is ${this.#kind}`, missing };
  }

  #decoded(pair: JsonLine, line: number, problems: ProblemList): string {
    const text = pair.decode(pair.start, pair.end, true);
    if (isStorableText(text)) return text;
    const message = `expected text without NUL characters and unpaired surrogates, got ${shown(text.toWellFormed())}`;
    problems.add('validation_failed', { line, column: this.name, message }, 'invalid_value');
    return text.toWellFormed();
  }
}
