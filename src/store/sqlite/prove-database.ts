/** Proves that a restored database is whole: its own structure, the files beside it, and the hash of every blob. */
import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { StoreRefusal } from '../ports.ts';
import { inspectDatabaseFile } from './database-file.ts';
import { readMigrations } from './migrate.ts';
import { type NamedFiles, namedFiles } from './named-files.ts';

const selectBlobs = `
  SELECT 'weights' AS kind, weights_file AS file, weights AS data, weights_sha256 AS sha256 FROM versions
  UNION ALL SELECT 'checkpoint', file, data, sha256 FROM checkpoints
  UNION ALL SELECT 'remains', file, data, sha256 FROM remains`;

/** What it holds, for the operator to compare. */
export interface DatabaseCounts {
  readonly datasets: number;
  readonly models: number;
  readonly versions: number;
  readonly jobs: number;
}

interface BlobRow {
  readonly kind: string;
  readonly file: string | null;
  readonly data: Uint8Array | null;
  readonly sha256: string;
}

/**
 * @param sha256Of hash of a file of the store by its name; undefined when it is not there
 * @throws StoreRefusal naming the first thing that is wrong
 */
export function proveDatabase(
  path: string,
  sha256Of: (name: string) => string | undefined,
): { readonly counts: DatabaseCounts; readonly named: NamedFiles } {
  if (!inspectDatabaseFile(path, readMigrations().length)) throw new StoreRefusal(`${path} is empty`);
  const database = new Database(path, { readonly: true });
  try {
    proveStructure(database);
    const named = namedFiles(database);
    for (const file of named.datasets)
      if (sha256Of(`datasets/${file}`) === undefined)
        throw new StoreRefusal(`the table ${file} is not there`);
    proveBlobs(database, sha256Of);
    const count = (table: string) =>
      database.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() as number;
    const counts = {
      datasets: count('datasets'),
      models: count('models'),
      versions: count('versions'),
      jobs: count('jobs'),
    };
    return { counts, named };
  } finally {
    database.close();
  }
}

function proveStructure(database: Database.Database): void {
  const integrity = database.pragma('integrity_check(1)', { simple: true });
  if (integrity !== 'ok')
    throw new StoreRefusal(`the database is damaged: integrity_check says ${String(integrity)}`);
  const [violation] = database.pragma('foreign_key_check') as { table: string; parent: string }[];
  if (violation)
    throw new StoreRefusal(
      `the database is damaged: a row of ${violation.table} names one of ${violation.parent} that is not there`,
    );
}

function proveBlobs(database: Database.Database, sha256Of: (name: string) => string | undefined): void {
  for (const { kind, file, data, sha256 } of database.prepare<[], BlobRow>(selectBlobs).iterate()) {
    const actual =
      data === null ? sha256Of(`blobs/${file}`) : createHash('sha256').update(data).digest('hex');
    if (actual === sha256) continue;
    throw new StoreRefusal(
      `a ${kind}${file === null ? '' : ` (${file})`} is not what was stored: expected sha256 ${sha256}, got ${actual ?? 'no file'}`,
    );
  }
}
