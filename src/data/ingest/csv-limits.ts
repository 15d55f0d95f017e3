/** Bounds and refusals that the header and the rows of a CSV file share. */
import { TrainyardError } from '../../errors.ts';

/**
 * Room for 10,000 numbers of all their digits. DuckDB reads 2,048 rows at a time and holds them several times over, and an
 * unclosed quote must end somewhere short of the end of the file.
 */
export const maxRowBytes = 256 * 1024;

export const quote = 0x22;
export const lineFeed = 0x0a;
export const carriageReturn = 0x0d;

export function malformedCsv(line: number, message: string): TrainyardError {
  return new TrainyardError('malformed_csv', `line ${line}: ${message}`, {
    errors: [{ line, code: 'malformed_csv', message }],
  });
}

export function rowTooLong(line: number): TrainyardError {
  return malformedCsv(line, `expected a row of at most ${maxRowBytes} bytes; is a quote on it never closed?`);
}
