/** How a CSV upload says what its file looks like: query keys, and what they come to. */
import { z } from 'zod';

/** What stands for a missing value in an unquoted field, unless `missing` says otherwise. The empty field always does. */
export const defaultMissingTokens = ['NA', 'N/A', 'NaN', 'null', 'NULL'] as const;

const maxMissingTokens = 100;
const maxTokenLength = 64;

const Delimiter = z
  .string()
  .regex(
    /^([\t !#$%&'()*,/:;<=>?@[\\\]^`{|}~]|tab)$/,
    'expected one ASCII character that no number and no name has, or the word tab',
  )
  .transform((delimiter) => (delimiter === 'tab' ? '\t' : delimiter));

const Header = z.enum(['true', 'false']).transform((header) => header === 'true');

const Missing = z.string().transform((list, context) => {
  const tokens = list === '' ? [] : list.split(',');
  const isUsable = tokens.length <= maxMissingTokens && tokens.every(isToken);
  if (isUsable) return tokens;
  const message = `expected at most ${maxMissingTokens} tokens of at most ${maxTokenLength} characters without quotes and line breaks`;
  context.addIssue({ code: 'custom', message, input: list });
  return z.NEVER;
});

function isToken(text: string): boolean {
  return text.length <= maxTokenLength && text.isWellFormed() && !/["\r\n\0]/.test(text);
}

const columnTypes = ['number', 'category'] as const;
export type ColumnType = (typeof columnTypes)[number];

/** A name as it is, or in quotes with its quotes doubled; then a colon and the type. */
const typeEntry = /^\s*(?:"((?:[^"]|"")*)"|([^",]*?))\s*:\s*(number|category)\s*(?:,|$)/;

const Types = z.string().transform((text, context): ReadonlyMap<string, ColumnType> => {
  const types = new Map<string, ColumnType>();
  let rest = text;
  while (rest !== '') {
    const entry = typeEntry.exec(rest);
    const name = (entry?.[1]?.replaceAll('""', '"') ?? entry?.[2] ?? '').normalize('NFC').trim();
    if (entry === null || name === '' || types.has(name)) {
      const message =
        name !== '' && types.has(name)
          ? `the column ${JSON.stringify(name)} is named twice`
          : 'expected column:number or column:category, separated by commas; a name with a comma or a quote in quotes';
      context.addIssue({ code: 'custom', message, input: text });
      return z.NEVER;
    }
    types.set(name, entry[3] as ColumnType);
    rest = rest.slice(entry[0].length);
  }
  return types;
});

const asString = { type: 'string', pattern: undefined } as const;

export const csvQuery = {
  delimiter: Delimiter.optional().meta({
    ...asString,
    description: 'CSV: the character between fields, or `tab`; default a comma',
    example: ';',
  }),
  header: Header.optional().meta({
    type: 'string',
    enum: ['true', 'false'],
    description: 'CSV: whether the first line holds the names; without, they are `column_1`, `column_2`, …',
  }),
  missing: Missing.optional().meta({
    ...asString,
    description: `CSV: unquoted fields that mean a missing value, separated by commas; an empty field always does. Default \`${defaultMissingTokens.join()}\``,
    example: 'NA,?,-999',
  }),
  types: Types.optional().meta({
    ...asString,
    description: 'CSV: types that are not left to the values',
    example: 'zip:category,price:number',
  }),
};

export interface CsvOptions {
  readonly delimiter: string;
  readonly hasHeader: boolean;
  /** Beside the empty field. */
  readonly missing: readonly string[];
  /** Types that the upload forces, by the name of the column. */
  readonly types: ReadonlyMap<string, ColumnType>;
}

export const defaultCsvOptions: CsvOptions = {
  delimiter: ',',
  hasHeader: true,
  missing: defaultMissingTokens,
  types: new Map(),
};
