/** What reading an upload finds out about a column before a value of it is stored. */

export interface TypedColumn {
  readonly name: string;
  readonly type: 'number' | 'category';
  /** Why it has its type, for the user. */
  readonly reason: string;
  /** Rows without a value. */
  readonly missing: number;
}

export const everyValueIsANumber = 'every value is a number';
/** A number, since an empty column says nothing and only numbers can be imputed from nothing but a constant. */
export const noValues = 'it has no values, and a column without values is a number';
/** By the upload's `types`. */
export const asAskedFor = 'the upload asked for it';

const shownLength = 40;

/** A value of the user's as a message shows it: quoted, escaped, shortened. */
export function shown(text: string): string {
  return JSON.stringify(text.length > shownLength ? `${text.slice(0, shownLength).toWellFormed()}…` : text);
}
