/** Gathers what is wrong or unusual in the rows of one predict request, so that one answer names it all. */
import type { Warning } from '../../contracts/names.ts';
import { type FieldError, TrainyardError } from '../../errors.ts';

/** Most problems that one refusal lists. */
const maxListed = 100;
/** Most unseen categories that one answer names. */
const maxNamed = 10;
/** Most characters of a client's text that a message repeats. */
const maxQuoted = 100;

/** `unknown_field` and `invalid_type` are the words that the API's schemas use for the same faults. */
export type RowProblemCode = 'unknown_field' | 'invalid_type' | 'missing_values' | 'number_out_of_range';

export interface RowReport {
  /** A problem with row `row` (0-based) of the request, at the field `name`, or with the whole row when that is null. */
  add(row: number, name: string | null, code: RowProblemCode, message: string): void;
  /** A category that training did not see: worth a warning, not a refusal. */
  addUnseen(feature: string, category: string): void;
  readonly isRefused: boolean;
  /**
   * @throws TrainyardError when a problem was added, with the first 100: `missing_values` or `number_out_of_range` where all
   *   agree, else `validation_failed`
   */
  throwIfRefused(): void;
  /** One warning for each unseen category, to ten; then one that counts the rest. */
  warnings(): Warning[];
}

/** @param rows JSON pointer to the rows of the request */
export function createRowReport(rows = '/rows'): RowReport {
  const listed: FieldError[] = [];
  let total = 0;
  const codes: RowProblemCode[] = [];
  // Made for the first: most requests have none.
  let unseen: Map<string, Warning> | null = null;
  return {
    add(row, name, code, message) {
      total++;
      if (!codes.includes(code)) codes.push(code);
      const pointer = name === null ? `${rows}/${row}` : `${rows}/${row}/${escapePointer(name)}`;
      if (listed.length < maxListed) listed.push({ pointer, code, message });
    },
    addUnseen(feature, category) {
      const key = JSON.stringify([feature, category]);
      unseen ??= new Map();
      if (unseen.has(key)) return;
      const message = `"${feature}": the category ${quote(category)} did not occur in training and counts as none of its categories`;
      unseen.set(key, { code: 'unseen_category', message });
    },
    get isRefused() {
      return total > 0;
    },
    throwIfRefused() {
      if (total === 0) return;
      const [only] = codes.length === 1 ? codes : [];
      const code = only === 'missing_values' || only === 'number_out_of_range' ? only : 'validation_failed';
      const [{ pointer, message }] = listed;
      const others = total === 1 ? '' : `; and ${total - 1} more`;
      throw new TrainyardError(code, `${pointer}: ${message}${others}`, { errors: listed });
    },
    warnings() {
      if (unseen === null) return [];
      const all = [...unseen.values()];
      const unnamed = all.length - maxNamed;
      if (unnamed <= 0) return all;
      const message = `${unnamed} more categories did not occur in training`;
      return [...all.slice(0, maxNamed), { code: 'unseen_category', message }];
    },
  };
}

/** RFC 6901: `~` and `/` are written `~0` and `~1`. */
function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function quote(text: string): string {
  return JSON.stringify(text.length > maxQuoted ? `${text.slice(0, maxQuoted)}…` : text);
}
