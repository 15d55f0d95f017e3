/** CSV that reads back as the same table, and that a spreadsheet can open without running what a cell says. */
import { defaultMissingTokens } from '../../contracts/csv-options.ts';
import type { ColumnProfile, FormulaMode } from '../../contracts/dataset.ts';
import { type LineFormat, numberText, type StoredCell } from './line-format.ts';

/** A missing value is an empty field; text that would read as one, or not as itself, is quoted. */
export function csvFormat(columns: readonly ColumnProfile[], formulas: FormulaMode): LineFormat {
  const escaped = formulas === 'escape' ? escapeFormula : (text: string) => text;
  const category = (cell: StoredCell) => (cell === null ? '' : field(escaped(cell as string)));
  return {
    head: `${columns.map(({ name }) => field(escaped(name))).join(',')}\n`,
    columns: columns.map(({ type }, index) => ({
      before: index === 0 ? '' : ',',
      text: type === 'number' ? numberField : category,
    })),
    end: '\n',
  };
}

function numberField(cell: StoredCell): string {
  return cell === null ? '' : numberText(cell as number);
}

const missing: ReadonlySet<string> = new Set(['', ...defaultMissingTokens]);
const special = /[",\r\n]/;

function field(text: string): string {
  return special.test(text) || missing.has(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * What may start a formula, with any apostrophes before it, so that one apostrophe less is always the text itself.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/;
/** The grammar of an upload's numbers: −5 is no formula. */
const number = /^[+-]?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

function escapeFormula(text: string): string {
  return formula.test(text) && !number.test(text) ? `'${text}` : text;
}

/**
 * Categories whose values may all read as numbers, as postal codes do: whoever uploads the CSV again has to say that they are
 * none. The profile's most frequent values decide, so a column may be named that would have needed no word.
 */
export function ambiguousColumns(columns: readonly ColumnProfile[]): string[] {
  return columns
    .filter(
      (column) => column.type === 'category' && column.top.every(({ value }) => number.test(String(value))),
    )
    .map(({ name }) => name);
}
