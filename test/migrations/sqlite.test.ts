/** Migrations of SQLite: from nothing, again, together, and everything that must be refused with the file left as it was. */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreRefusal } from '../../src/store/ports.ts';
import { applicationId } from '../../src/store/sqlite/database-file.ts';
import { type Migration, migrate, readMigrations } from '../../src/store/sqlite/migrate.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';

const now = new Date(Date.UTC(2026, 0, 1));
const newest = readMigrations().length;

let dataDir: string;
let path: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'trainyard-migrations-'));
  path = join(dataDir, 'trainyard.db');
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const open = () => openSqliteStore({ dataDir, role: 'owner', now: () => now });

function inspect<T>(look: (database: Database.Database) => T): T {
  const database = new Database(path);
  try {
    return look(database);
  } finally {
    database.close();
  }
}

const schemaOf = (database: Database.Database) =>
  database.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all();

describe('from nothing', () => {
  it('makes our database at the newest version', async () => {
    await open().close();
    inspect((database) => {
      expect(database.pragma('application_id', { simple: true })).toBe(applicationId);
      expect(database.pragma('user_version', { simple: true })).toBe(newest);
      const applied = database.prepare('SELECT number, name, sha256, applied_at FROM migrations').all();
      expect(applied).toEqual(
        readMigrations().map(({ number, name, sha256 }) => ({
          number,
          name,
          sha256,
          applied_at: now.toISOString(),
        })),
      );
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    });
  });

  it('takes an empty file for none: a crash may leave one', async () => {
    writeFileSync(path, '');
    await open().close();
    expect(inspect((database) => database.pragma('user_version', { simple: true }))).toBe(newest);
  });

  it('changes nothing when run again', async () => {
    await open().close();
    const before = inspect(schemaOf);
    const bytes = readFileSync(path);
    await open().close();
    expect(inspect(schemaOf)).toEqual(before);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});

describe('several openers at once', () => {
  it('one owner wins; clients see no database or a whole one', async () => {
    const process = new URL('../contract/store-process.ts', import.meta.url);
    const actions = ['own', 'open', 'own', 'open', 'open'];
    const children = actions.map((action) => fork(process, [dataDir, action]));
    const reports = await Promise.all(
      children.map(async (child) => (await once(child, 'message'))[0] as string[]),
    );
    for (const child of children) child.kill('SIGKILL');
    const owners = reports.filter((_, i) => actions[i] === 'own').map(([first]) => first);
    expect(owners.filter((report) => report === 'opened').length).toBe(1);
    expect(owners.filter((report) => report?.includes('another Trainyard')).length).toBe(1);
    for (const report of reports.filter((_, i) => actions[i] === 'open')) {
      if (report.length > 0) expect(report[0]).toContain('start the API first');
    }
  });
});

describe('refusals', () => {
  const fingerprint = () =>
    readdirSync(dataDir)
      .filter((file) => file !== 'lock.db')
      .map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(join(dataDir, file)))
          .digest('hex'),
      ]);

  async function ourDatabase(change: (database: Database.Database) => void): Promise<void> {
    await open().close();
    inspect(change);
    for (const folder of ['datasets', 'blobs', 'spool']) rmSync(join(dataDir, folder), { recursive: true });
  }

  const cases: [string, () => unknown, RegExp][] = [
    ['a newer schema', () => ourDatabase((db) => db.pragma(`user_version = ${newest + 1}`)), /newer release/],
    [
      "another program's database",
      () => inspect((db) => db.exec('PRAGMA user_version = 1; CREATE TABLE notes (text TEXT)')),
      /another program/,
    ],
    [
      "another program's database with a write-ahead log",
      () => inspect((db) => db.exec('PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT)')),
      /another program/,
    ],
    [
      'a file that is no database',
      () => writeFileSync(path, 'dear diary, '.repeat(100)),
      /not a SQLite database/,
    ],
    ['a file shorter than a header', () => writeFileSync(path, 'SQLite format 3\0'), /not a SQLite database/],
    ['a log whose database is gone', () => writeFileSync(`${path}-wal`, 'log'), /restore both/],
  ];

  it.each(cases)('%s, untouched', async (_name, prepare, reason) => {
    await prepare();
    const before = fingerprint();
    expect(open).toThrow(StoreRefusal);
    expect(open).toThrow(reason);
    expect(open).toThrow(path);
    expect(fingerprint()).toEqual(before);
  });

  it('a folder in the place of the database', () => {
    mkdirSync(path);
    expect(open).toThrow(StoreRefusal);
  });

  it('an applied migration that has changed since', async () => {
    await ourDatabase((db) => db.exec("UPDATE migrations SET sha256 = 'other'"));
    expect(open).toThrow(StoreRefusal);
    expect(open).toThrow(/0001_create_tables.sql is not the one that was applied/);
  });

  it('a refused owner leaves the folder free', async () => {
    writeFileSync(path, 'x'.repeat(200));
    expect(open).toThrow(StoreRefusal);
    rmSync(path);
    await open().close();
  });

  it.each([
    ['no database', () => {}],
    ['an older schema', () => ourDatabase((db) => db.pragma('user_version = 0'))],
    ['a newer schema', () => ourDatabase((db) => db.pragma(`user_version = ${newest + 1}`))],
    ["another program's database", () => inspect((db) => db.exec('CREATE TABLE notes (text TEXT)'))],
    ['a file that is no database', () => writeFileSync(path, 'dear diary, '.repeat(100))],
  ])('a client refuses %s', async (_name, prepare) => {
    await prepare();
    expect(() => openSqliteStore({ dataDir, role: 'client' })).toThrow(StoreRefusal);
  });
});

describe('migrate', () => {
  const migration = (number: number, sql: string): Migration => ({
    number,
    name: `000${number}_test.sql`,
    sql,
    sha256: createHash('sha256').update(sql).digest('hex'),
  });
  const second = (sql: string) => [...readMigrations().slice(0, 1), migration(2, sql)];

  it('applies only what is missing', async () => {
    await open().close();
    inspect((database) => {
      expect(migrate(database, second('CREATE TABLE extra (x TEXT) STRICT'), now)).toEqual(['0002_test.sql']);
      expect(migrate(database, second('CREATE TABLE extra (x TEXT) STRICT'), now)).toEqual([]);
      expect(database.pragma('user_version', { simple: true })).toBe(2);
    });
  });

  it.each([
    ['fails half-way', 'CREATE TABLE extra (x TEXT) STRICT; INSERT INTO nowhere VALUES (1)'],
    [
      'leaves a reference to nothing',
      "INSERT INTO events (job_id, id, type, at, data) VALUES ('x', 1, 'a', 'b', '{}')",
    ],
  ])('rolls back a migration that %s', async (_name, sql) => {
    await open().close();
    inspect((database) => {
      const before = schemaOf(database);
      expect(() => migrate(database, second(sql), now)).toThrow();
      expect(schemaOf(database)).toEqual(before);
      expect(database.pragma('user_version', { simple: true })).toBe(1);
      expect(database.prepare('SELECT count(*) FROM events').pluck().get()).toBe(0);
    });
  });

  it.each([
    ['0001_a.sql', '0003_c.sql'],
    ['0001_a.sql', '0001_b.sql'],
    ['0002_b.sql'],
    ['0001-a.sql'],
    ['readme.md'],
  ])('refuses a folder with %s', (...names) => {
    const folder = join(dataDir, 'sql');
    mkdirSync(folder);
    for (const name of names) writeFileSync(join(folder, name), 'SELECT 1');
    expect(() => readMigrations(pathToFileURL(`${folder}/`))).toThrow('expected number');
  });
});

describe('a crash while a database is made', () => {
  it('leaves an unfinished file beside, which is not the database and does not outlive the next start', async () => {
    writeFileSync(`${path}.tmp`, 'SQLite format 3\0 and no more');
    await open().close();
    expect(readdirSync(dataDir)).not.toContain('trainyard.db.tmp');
    expect(inspect((database) => database.pragma('user_version', { simple: true }))).toBe(newest);
  });
});
