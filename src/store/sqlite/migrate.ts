/** Brings a database to the schema of the code: numbered SQL files, forward only, each applied once and never changed after. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { StoreRefusal } from '../ports.ts';

export interface Migration {
  /** 1, 2, 3 … */
  readonly number: number;
  /** Name of the file. */
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

const migrationsFolder = new URL('../../../migrations/sqlite/', import.meta.url);

/**
 * Reads `NNNN_verb_noun.sql`, in order.
 *
 * @throws Error when a name does not fit or a number is missing or given twice: a fault of the release, not of the data
 */
export function readMigrations(folder: URL = migrationsFolder): Migration[] {
  return readdirSync(folder)
    .sort()
    .map((name, index) => {
      const number = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1]);
      if (number !== index + 1)
        throw new Error(`migrations: expected number ${index + 1}, got the file ${name}`);
      const sql = readFileSync(new URL(name, folder), 'utf8');
      return { number, name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    });
}

const selectApplied = 'SELECT number, name, sha256 FROM migrations ORDER BY number';
const insertApplied = 'INSERT INTO migrations (number, name, sha256, applied_at) VALUES (?, ?, ?, ?)';

/**
 * Applies what is missing, each migration in a transaction of its own that also raises `user_version`. References are
 * checked once at the end of each, so that a migration may rebuild a table that others point to.
 *
 * @returns the names of those applied
 * @throws StoreRefusal when one that was applied has changed since, or when `user_version` is newer than the code
 */
export function migrate(database: Database, migrations: readonly Migration[], now: Date): string[] {
  refuseChanged(database, migrations);
  database.pragma('foreign_keys = OFF');
  const applied: string[] = [];
  for (const migration of migrations.slice(schemaVersion(database))) {
    database
      .transaction(() => {
        database.exec(migration.sql);
        const orphans = database.pragma('foreign_key_check') as unknown[];
        if (orphans.length > 0)
          throw new Error(`${migration.name}: leaves ${orphans.length} rows without what they point to`);
        database
          .prepare(insertApplied)
          .run(migration.number, migration.name, migration.sha256, now.toISOString());
        database.pragma(`user_version = ${migration.number}`);
      })
      .immediate();
    applied.push(migration.name);
  }
  database.pragma('foreign_keys = ON');
  return applied;
}

export function schemaVersion(database: Database): number {
  return database.pragma('user_version', { simple: true }) as number;
}

function refuseChanged(database: Database, migrations: readonly Migration[]): void {
  const version = schemaVersion(database);
  refuseNewer(database.name, version, migrations.length);
  if (version === 0) return;
  const applied = database.prepare<[], Pick<Migration, 'number' | 'name' | 'sha256'>>(selectApplied).all();
  for (const migration of migrations.slice(0, version)) {
    const was = applied[migration.number - 1];
    if (was?.sha256 !== migration.sha256) {
      throw new StoreRefusal(
        `${database.name}: the migration ${migration.name} is not the one that was applied (${was?.name ?? 'none'}, ` +
          `sha256 ${was?.sha256 ?? 'none'}); an applied migration must not change`,
      );
    }
  }
}

/** @throws StoreRefusal when the database at `path` was written by a newer release */
export function refuseNewer(path: string, version: number, newest: number): void {
  if (version > newest) {
    throw new StoreRefusal(
      `${path} has schema version ${version}; this release knows versions up to ${newest}: use a newer release`,
    );
  }
}
