/** The files that a database's rows name: what must lie beside it. */
import type { Database } from 'better-sqlite3';

const selectDatasetFiles = 'SELECT file FROM datasets';

const selectBlobFiles = `
  SELECT weights_file FROM versions WHERE weights_file IS NOT NULL
  UNION ALL SELECT file FROM checkpoints WHERE file IS NOT NULL
  UNION ALL SELECT file FROM remains WHERE file IS NOT NULL`;

/** Names within their folders. */
export interface NamedFiles {
  readonly datasets: string[];
  readonly blobs: string[];
}

export function namedFiles(database: Database): NamedFiles {
  const namesOf = (sql: string) => database.prepare<[], string>(sql).pluck().all();
  return { datasets: namesOf(selectDatasetFiles), blobs: namesOf(selectBlobFiles) };
}
