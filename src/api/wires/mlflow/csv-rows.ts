/** Reads the CSV that `DataFrame.to_csv` writes: small, in memory, each field typed by the model's own feature. */
import { isUtf8 } from 'node:buffer';
import type { FittedFeature, TrainedModel } from '../../../contracts/version.ts';
import { TrainyardError } from '../../../errors.ts';
import type { RowSource } from '../../../training/predict.ts';

/** What pandas writes for a missing value, and what it reads as one. */
const missing: ReadonlySet<string> = new Set(['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL', 'None']);
/** JSON's numbers, and a leading plus. */
const number = /^[+-]?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * The first line names the columns; one without a name is the index, which `to_csv` writes unless told not to.
 *
 * @throws TrainyardError `invalid_encoding`, `malformed_csv`
 */
export function rowsOfCsv(bytes: Buffer, { preprocessing }: TrainedModel): RowSource {
  if (!isUtf8(bytes)) throw new TrainyardError('invalid_encoding', 'expected UTF-8 text');
  const [names = [], ...records] = readRecords(bytes.toString().replace(/^\ufeff/, ''));
  records.forEach((record, i) => {
    if (record.length === names.length) return;
    throw malformed(`line ${i + 2} has ${record.length} fields, the header has ${names.length}`);
  });
  const featureOf = new Map(preprocessing.features.map((feature) => [feature.name, feature]));
  const columns = names
    .map((name, j) => ({ name, j, feature: featureOf.get(name) }))
    .filter(({ name }) => name !== '');
  return {
    length: records.length,
    at(i) {
      const row: Record<string, unknown> = Object.create(null);
      for (const { name, j, feature } of columns) row[name] = cellOf(records[i][j], feature);
      return row;
    },
  };
}

function cellOf(field: string, feature: FittedFeature | undefined): unknown {
  if (missing.has(field)) return null;
  if (feature?.type === 'number') return number.test(field) ? Number(field) : field;
  // Python writes its booleans with a capital.
  if (feature?.boolean && /^(true|false)$/i.test(field)) return field.toLowerCase() === 'true';
  return field;
}

/** RFC 4180. Blank lines are passed over. */
function readRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at < text.length) {
    const { value, end } = text[at] === '"' ? readQuoted(text, at) : readPlain(text, at);
    record.push(value);
    at = end;
    if (text[at] === ',') {
      at++;
      if (at === text.length) record.push('');
      continue;
    }
    if (text[at] === '\r') at++;
    if (at < text.length && text[at] !== '\n')
      throw malformed('a quoted field goes on after its closing quote');
    at++;
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  }
  if (record.length > 0) records.push(record);
  return records;
}

function readPlain(text: string, start: number): { value: string; end: number } {
  let end = start;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r') end++;
  return { value: text.slice(start, end), end };
}

function readQuoted(text: string, start: number): { value: string; end: number } {
  let value = '';
  for (let at = start + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote === -1) throw malformed('a quoted field does not end');
    value += text.slice(at, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1 };
    value += '"';
    at = quote + 2;
  }
}

function malformed(detail: string): TrainyardError {
  return new TrainyardError('malformed_csv', detail);
}
