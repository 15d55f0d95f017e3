/** Decides whether a trainyard.db may be opened at all, and makes a new one. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import Database from 'better-sqlite3';
import { StoreRefusal } from '../ports.ts';
import { writeFileDurablySync } from './durable-file.ts';
import { type Migration, migrate, refuseNewer, schemaVersion } from './migrate.ts';

/** "Trnd" in ASCII, in the header of every database of ours (PRAGMA application_id). */
export const applicationId = 0x5472_6e64;

/** SQLite's file format, section 1.3: the magic string, and big-endian 32-bit fields at fixed offsets of the first 100 bytes. */
const headerBytes = 100;
const magic = 'SQLite format 3\0';
const userVersionOffset = 60;
const applicationIdOffset = 68;

/**
 * Reads the header of the file alone, so that a refused one is left as it was, with no -wal or -shm beside it. Only for a
 * process that has no connection to the file yet: closing any descriptor of a file drops the process's POSIX locks on it.
 * The header can lag behind the write-ahead log, so `migrate` looks at the version once more when the database is open.
 *
 * @returns false when there is no file, or one without a byte: a database still has to be made
 * @throws StoreRefusal naming path and reason when it is not ours or newer than `newest`
 */
export function inspectDatabaseFile(path: string, newest: number): boolean {
  const header = readHeader(path);
  if (header === null || header.length === 0) {
    // SQLite would replay the log of the lost database into a new one.
    if (existsSync(`${path}-wal`))
      throw new StoreRefusal(`${path} is missing, but its log ${path}-wal is there: restore both`);
    return false;
  }
  if (header.length < headerBytes || header.toString('latin1', 0, magic.length) !== magic) {
    throw new StoreRefusal(`${path} is not a SQLite database`);
  }
  refuseForeign(path, header.readInt32BE(applicationIdOffset));
  refuseNewer(path, header.readUInt32BE(userVersionOffset), newest);
  return true;
}

function readHeader(path: string): Buffer | null {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const header = Buffer.alloc(headerBytes);
    return header.subarray(0, readSync(descriptor, header, 0, headerBytes, 0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new StoreRefusal(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/**
 * The client's check, through its connection and before it changes any setting.
 *
 * @throws StoreRefusal unless the database is ours and has exactly the schema of the code: a client never migrates
 */
export function requireCurrentDatabase(database: Database.Database, newest: number): void {
  refuseForeign(database.name, database.pragma('application_id', { simple: true }) as number);
  const version = schemaVersion(database);
  refuseNewer(database.name, version, newest);
  if (version < newest) {
    throw new StoreRefusal(
      `${database.name} has schema version ${version}, expected ${newest}: start the API first, which migrates it`,
    );
  }
}

function refuseForeign(path: string, id: number): void {
  if (id !== applicationId) {
    throw new StoreRefusal(
      `${path} belongs to another program (application_id ${id}, expected ${applicationId})`,
    );
  }
}

/**
 * Makes a database with the whole schema. It is built in memory and written in one durable step, so that a crash cannot
 * leave a file that has SQLite's header but not yet our mark, which the next start would have to refuse as foreign.
 */
export function createDatabaseFile(path: string, migrations: readonly Migration[], now: Date): void {
  const database = new Database(':memory:');
  database.pragma('auto_vacuum = INCREMENTAL');
  database.pragma(`application_id = ${applicationId}`);
  migrate(database, migrations, now);
  writeFileDurablySync(path, database.serialize());
  database.close();
}
