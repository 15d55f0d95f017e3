/** Reads a spooled CSV file once, while it arrives, to accept or refuse it and to type its columns. */
import { open } from 'node:fs/promises';
import type { CsvOptions } from '../../contracts/csv-options.ts';
import { TrainyardError } from '../../errors.ts';
import type { Arrival } from './arrival.ts';
import { type CsvHeader, readCsvHeader } from './csv-header.ts';
import { maxRowBytes } from './csv-limits.ts';
import { CsvScanner, type ScannedRows } from './csv-scanner.ts';
import { readText } from './read-text.ts';

/**
 * Leaves the file as it is, but for a header behind a byte-order mark: see `coverHeader`.
 *
 * @throws TrainyardError `invalid_encoding`, `malformed_csv`, `empty_dataset`, and what the header and the rows refuse
 */
export async function scanCsv(path: string, options: CsvOptions, arrival: Arrival): Promise<ScannedRows> {
  let header: CsvHeader | null = null;
  let scanner: CsvScanner | null = null;
  const markBytes = await readText(path, arrival, maxRowBytes, (bytes, offset, isLast) => {
    let at = 0;
    if (scanner === null) {
      if (bytes.length === 0)
        throw new TrainyardError('empty_dataset', 'expected a header and rows, got nothing');
      // The first piece is longer than the longest header allowed, or it is all there is.
      header = readCsvHeader(bytes, options);
      at = header.end;
      scanner = new CsvScanner({ ...header, end: offset + at }, options);
    }
    return at + scanner.scan(bytes.subarray(at), offset + at, isLast);
  });
  const table = scanner!.finish();
  if (table.rows === 0) throw new TrainyardError('empty_dataset', 'expected rows after the header, got none');
  if (markBytes > 0 && options.hasHeader) await coverHeader(path, markBytes, header!);
  return table;
}

/**
 * Puts one plain name of the same length over a byte-order mark and the names behind it: DuckDB (1.5.6) passes over the mark when
 * it reads rows, but not when it skips a header, and then takes a line break in a quoted first name for the header's end.
 */
async function coverHeader(path: string, markBytes: number, { end, crlf }: CsvHeader): Promise<void> {
  const length = markBytes + end - (crlf ? 2 : 1);
  await using file = await open(path, 'r+');
  await file.write(Buffer.alloc(length, 'x'), 0, length, 0);
}
