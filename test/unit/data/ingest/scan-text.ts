/** Scans CSV text as the reader of a file does, but cut wherever a test wants. */
import { type CsvOptions, defaultCsvOptions } from '../../../../src/contracts/csv-options.ts';
import { readCsvHeader } from '../../../../src/data/ingest/csv-header.ts';
import { CsvScanner, type ScannedRows } from '../../../../src/data/ingest/csv-scanner.ts';

/** @param cuts offsets at which a chunk ends, ascending */
export function scanText(
  text: string,
  cuts: readonly number[] = [],
  options: Partial<CsvOptions> = {},
): ScannedRows {
  const all = { ...defaultCsvOptions, ...options };
  const bytes = Buffer.from(text);
  const header = readCsvHeader(bytes, all);
  const scanner = new CsvScanner(header, all);
  let at = header.end;
  for (const end of [...cuts.filter((cut) => cut > at && cut < bytes.length), bytes.length]) {
    at += scanner.scan(bytes.subarray(at, end), at, end === bytes.length);
  }
  return scanner.finish();
}

/** A cut behind every byte. */
export function everyByte(text: string): number[] {
  return Array.from({ length: Buffer.byteLength(text) }, (_, index) => index);
}
