/** Reads a spooled CSV file once, while it arrives and in bounded memory, to accept or refuse it and to type its columns. */
import { type FileHandle, open } from 'node:fs/promises';
import type { CsvOptions } from '../../contracts/csv-options.ts';
import { TrainyardError } from '../../errors.ts';
import type { Arrival } from './arrival.ts';
import { readCsvHeader } from './csv-header.ts';
import { maxRowBytes } from './csv-limits.ts';
import { CsvScanner, type ScannedRows } from './csv-scanner.ts';
import { readArriving } from './read-arriving.ts';
import { checkUtf8 } from './utf8-check.ts';

/** Long enough that what a chunk leaves for the next is rare; the first one holds the longest header allowed. */
const chunkBytes = 1024 * 1024;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Leaves the file as it is, but for a header behind a byte-order mark: see `coverHeader`.
 *
 * @throws TrainyardError `invalid_encoding`, `malformed_csv`, `empty_dataset`, and what the header and the rows refuse
 */
export async function scanCsv(path: string, options: CsvOptions, arrival: Arrival): Promise<ScannedRows> {
  const file = await open(path, 'r+');
  try {
    return await scanFile(file, options, arrival);
  } finally {
    await file.close();
  }
}

async function scanFile(file: FileHandle, options: CsvOptions, arrival: Arrival): Promise<ScannedRows> {
  const buffer = Buffer.allocUnsafe(chunkBytes + maxRowBytes);
  let scanner: CsvScanner | null = null;
  /** Offset in the file of the buffer's first byte, and how many bytes it holds. */
  let offset = 0;
  let held = 0;
  /** The first bytes held have been found to be UTF-8 before. */
  let checked = 0;
  for (let isLast = false; !isLast; ) {
    const into = buffer.subarray(held, Math.min(buffer.length, held + chunkBytes));
    const read = await readArriving(file, into, offset + held, arrival);
    isLast = read < into.length;
    held += read;
    checked += checkUtf8(buffer.subarray(checked, held), offset + checked, isLast);
    let at = 0;
    if (scanner === null) {
      const start = buffer.subarray(0, 3).equals(byteOrderMark) && held >= 3 ? 3 : 0;
      if (start === held)
        throw new TrainyardError('empty_dataset', 'expected a header and rows, got nothing');
      const header = readCsvHeader(buffer.subarray(start, checked), options);
      at = start + header.end;
      if (start > 0 && options.hasHeader) await coverHeader(file, at - (header.crlf ? 2 : 1));
      scanner = new CsvScanner({ ...header, end: at }, options);
    }
    at += scanner.scan(buffer.subarray(at, checked), offset + at, isLast);
    buffer.copyWithin(0, at, held);
    offset += at;
    held -= at;
    checked -= at;
  }
  const table = scanner!.finish();
  if (table.rows === 0) throw new TrainyardError('empty_dataset', 'expected rows after the header, got none');
  return table;
}

/**
 * Puts one plain name of the same length over a byte-order mark and the names behind it: DuckDB (1.5.6) passes over the mark when
 * it reads rows, but not when it skips a header, and then takes a line break in a quoted first name for the header's end.
 */
async function coverHeader(file: FileHandle, length: number): Promise<void> {
  await file.write(Buffer.alloc(length, 'x'), 0, length, 0);
}
