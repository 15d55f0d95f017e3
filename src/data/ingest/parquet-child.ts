/**
 * A process for one Parquet file: a hostile one can make a native reader fault, hang or take all memory, so it is read where that
 * hurts nobody else, and nothing of this process outlives it.
 */
import { TrainyardError } from '../../errors.ts';
import type { WireError } from '../messages.ts';
import { type ConvertedTable, type ConvertRequest, convertParquet } from './convert-parquet.ts';

export type FromParquetChild = { readonly table: ConvertedTable } | { readonly error: WireError };

/** DuckDB names the kind of its errors first; the files that they speak of are nobody's business. */
const maxMessageLength = 300;

function wireError(error: unknown, { folder }: ConvertRequest): WireError {
  if (error instanceof TrainyardError)
    return { code: error.code, detail: error.message, errors: error.errors };
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith('Out of Memory Error')) {
    const detail = 'its row groups take more memory to read than there is for it';
    return { code: 'payload_too_large', detail, errors: [] };
  }
  const [line = ''] = message.replaceAll(folder, '').split('\n');
  return { code: 'malformed_parquet', detail: line.slice(0, maxMessageLength).toWellFormed(), errors: [] };
}

// Whoever started this process waits for nothing once it is gone; DuckDB may be busy in a thread of its own.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.once('message', async (request: ConvertRequest) => {
  let reply: FromParquetChild;
  try {
    reply = { table: await convertParquet(request) };
  } catch (error) {
    reply = { error: wireError(error, request) };
  }
  process.send?.(reply);
});
