/** Accepts or refuses an upload in JSON, which is parsed in memory as a whole. */
import { readFile, stat } from 'node:fs/promises';
import { TrainyardError } from '../../errors.ts';
import { type IngestRequest, uploadPath } from '../messages.ts';
import type { AcceptedTable } from './accepted-table.ts';
import { readJsonTable } from './json-table.ts';
import { loadJsonTable } from './load-json-table.ts';

/** 8 MiB of JSON become some hundred MiB of values. */
const maxJsonBytes = 8 * 1024 * 1024;

/** @throws TrainyardError what is wrong with the table, all of it at once */
export async function acceptJson(upload: IngestRequest): Promise<AcceptedTable> {
  const path = uploadPath(upload.folder);
  const { size } = await stat(path);
  if (size > maxJsonBytes) {
    throw new TrainyardError(
      'payload_too_large',
      `expected at most ${maxJsonBytes} bytes of JSON, got ${size}; CSV takes more`,
    );
  }
  const table = readJsonTable(await readFile(path));
  return {
    name: table.name,
    rows: table.rows,
    columns: table.columns.map(({ name, type, reason, missing }) => ({ name, type, reason, missing })),
    files: [],
    vectorBytes: size,
    prepareSource: (connection) => loadJsonTable(connection, table),
  };
}
