/** One column of a JSON table: its first value decides its type, and every later one has to agree. */

import { isStorableText } from './column-names.ts';
import { unsafeInteger } from './number-grammar.ts';
import type { ProblemList } from './problem-list.ts';
import { everyValueIsANumber, noValues, type TypedColumn } from './typed-column.ts';

type ScalarKind = 'number' | 'text' | 'a boolean';

export class JsonColumn implements TypedColumn {
  readonly name: string;
  /** Null is missing; a boolean is its word. */
  readonly values: (number | string | null)[];
  missing = 0;
  #kind: ScalarKind | null = null;
  #decidedBy = '';
  #filled = 0;

  constructor(name: string, rows: number) {
    this.name = name;
    this.values = new Array(rows).fill(null);
  }

  get type(): 'number' | 'category' {
    return this.#kind === null || this.#kind === 'number' ? 'number' : 'category';
  }

  get reason(): string {
    if (this.#kind === null) return noValues;
    return this.#kind === 'number' ? everyValueIsANumber : `${this.#decidedBy} is ${this.#kind}`;
  }

  /** Takes the next row's value, or adds to `problems` what is wrong with it. */
  add(value: unknown, problems: ProblemList, pointer: () => string): void {
    const row = this.#filled++;
    if (value === null) {
      this.missing++;
      return;
    }
    const kind = scalarKind(value);
    if (kind === null) {
      const message = `expected a number, a string, a boolean or null, got ${kindOf(value)}`;
      problems.add('validation_failed', { pointer: pointer(), column: this.name, message }, 'invalid_type');
      return;
    }
    if (this.#kind === null) {
      this.#kind = kind;
      this.#decidedBy = pointer();
    } else if (this.#kind !== kind) {
      const message = `expected ${article(this.#kind)} as at ${this.#decidedBy}, got ${article(kind)}`;
      problems.add('mixed_types', { pointer: pointer(), column: this.name, message });
      return;
    }
    const unstorable = whyUnstorable(value);
    if (unstorable === null) this.values[row] = typeof value === 'number' ? value : String(value);
    else {
      const code = kind === 'number' ? 'number_out_of_range' : 'validation_failed';
      const problemCode = kind === 'number' ? code : 'invalid_value';
      problems.add(code, { pointer: pointer(), column: this.name, message: unstorable }, problemCode);
    }
  }
}

/** A BigInt is an integer that JSON.parse would have rounded: see restoreLongIntegers. */
function scalarKind(value: unknown): ScalarKind | null {
  if (typeof value === 'number' || typeof value === 'bigint') return 'number';
  if (typeof value === 'string') return 'text';
  return typeof value === 'boolean' ? 'a boolean' : null;
}

function whyUnstorable(value: unknown): string | null {
  if (typeof value === 'bigint') return unsafeInteger;
  if (typeof value === 'number' && !Number.isFinite(value))
    return 'the number is beyond the range of a double';
  if (typeof value === 'string' && !isStorableText(value))
    return 'expected text without NUL characters and unpaired surrogates';
  return null;
}

function article(kind: ScalarKind): string {
  return kind === 'number' ? 'a number' : kind;
}

/** What a JSON value is, for a message. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  const kind = scalarKind(value);
  return kind === null ? 'nothing' : article(kind);
}
