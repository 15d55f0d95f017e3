/** The names that columns may have: one rule for every format. */
import { maxColumns } from '../../contracts/model-config.ts';
import { forbiddenKeys, maxColumnNameLength } from '../../contracts/names.ts';
import { TrainyardError } from '../../errors.ts';
import { ProblemList } from './problem-list.ts';
import { shown } from './typed-column.ts';

/**
 * @param names as the upload has them
 * @returns the same, trimmed and in Unicode's NFC
 * @throws TrainyardError `empty_dataset`, `too_many_columns`, `invalid_column_name` with every name that cannot be used
 */
export function acceptColumnNames(names: readonly string[]): string[] {
  if (names.length === 0) throw new TrainyardError('empty_dataset', 'expected at least one column, got none');
  if (names.length > maxColumns) {
    throw new TrainyardError(
      'too_many_columns',
      `expected at most ${maxColumns} columns, got ${names.length}`,
    );
  }
  const problems = new ProblemList();
  const positions = new Map<string, number>();
  const accepted = names.map((raw) => raw.normalize('NFC').trim());
  for (const [index, name] of accepted.entries()) {
    const message = whyUnusable(name) ?? repeated(positions.get(name), name);
    if (message !== null) {
      const column = names[index]!.slice(0, maxColumnNameLength).toWellFormed();
      problems.add('invalid_column_name', { column, message: `column ${index + 1}: ${message}` });
    }
    if (!positions.has(name)) positions.set(name, index);
  }
  problems.raise();
  return accepted;
}

function whyUnusable(name: string): string | null {
  if (name === '') return 'expected a name, got an empty one';
  if (name.length > maxColumnNameLength) {
    return `expected a name of at most ${maxColumnNameLength} characters, got ${name.length}`;
  }
  if (forbiddenKeys.has(name)) return `the name ${shown(name)} is reserved`;
  if (!isStorableText(name)) return 'expected a name without NUL characters and unpaired surrogates';
  return null;
}

function repeated(earlier: number | undefined, name: string): string | null {
  return earlier === undefined ? null : `the name ${shown(name)} is that of column ${earlier + 1} too`;
}

/** UTF-8 has no form for an unpaired surrogate, and a NUL ends a string for much of the world's software. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}
