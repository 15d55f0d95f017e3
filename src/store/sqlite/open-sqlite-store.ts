/** Opens the SQLite store of a DATA_DIR: lock, look, migrate, compose. */
import { existsSync } from 'node:fs';
import { type Store, StoreRefusal } from '../ports.ts';
import { createAliasStore } from './aliases.ts';
import { createBlobFiles } from './blob-files.ts';
import { type Connection, openConnection } from './connection.ts';
import type { StoreContext, StoreLogger } from './context.ts';
import { createFolders, type DataFolder, dataFolder } from './data-folder.ts';
import { createDatabaseFile, inspectDatabaseFile, requireCurrentDatabase } from './database-file.ts';
import { createDatasetStore } from './datasets.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import { createJobActions } from './job-actions.ts';
import { createJobClaims } from './job-claims.ts';
import { createJobCrashes } from './job-crashes.ts';
import { createJobEndings } from './job-endings.ts';
import { createEventReads } from './job-events.ts';
import { createJobProgress } from './job-progress.ts';
import { createJobRecords } from './job-records.ts';
import { createJobRetention } from './job-retention.ts';
import { createJobSubmit } from './job-submit.ts';
import { migrate, readMigrations } from './migrate.ts';
import { createModelStore } from './models.ts';
import { takeSnapshot } from './snapshot.ts';
import { sweep } from './sweep.ts';
import { createVersionStore } from './versions.ts';

export interface SqliteStoreOptions {
  readonly dataDir: string;
  /**
   * `owner`: the one process that holds DATA_DIR, makes what is missing and migrates; it calls `sweep` and
   * `jobs.releaseAll` before it serves. `client`: any other, which opens only what an owner has made.
   */
  readonly role: 'owner' | 'client';
  readonly logger?: StoreLogger;
  /** The clock of reads (a job's remaining seconds) and of migrations. */
  readonly now?: () => Date;
}

/** @throws StoreRefusal when the folder is owned by another, or its database is not ours or not of this release */
export function openSqliteStore({
  dataDir,
  role,
  logger,
  now = () => new Date(),
}: SqliteStoreOptions): Store {
  const folder = dataFolder(dataDir);
  if (role === 'client') return composeStore({ connection: openAsClient(folder), folder, logger, now });

  createFolders([folder.root]);
  const lock = lockFolder(folder.lock);
  try {
    const connection = openAsOwner(folder, logger, now());
    return composeStore({ connection, folder, logger, now }, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openAsOwner(folder: DataFolder, logger: StoreLogger | undefined, now: Date): Connection {
  const migrations = readMigrations();
  if (!inspectDatabaseFile(folder.database, migrations.length))
    createDatabaseFile(folder.database, migrations, now);
  createFolders([folder.datasets, folder.blobs, folder.spool]);
  const connection = openConnection(folder.database);
  try {
    const applied = migrate(connection.database, migrations, now);
    if (applied.length > 0) {
      logger?.info({ migrations: applied }, 'migrated the database');
      // Brings the new version into the header, where an older release looks before it opens the file.
      connection.database.pragma('wal_checkpoint(TRUNCATE)');
    }
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function openAsClient(folder: DataFolder): Connection {
  if (!existsSync(folder.database))
    throw new StoreRefusal(`${folder.database} does not exist: start the API first`);
  return openConnection(folder.database, (database) =>
    requireCurrentDatabase(database, readMigrations().length),
  );
}

/** Puts the parts together on an open connection. `lock`, if given, is freed when the store closes. */
export function composeStore(parts: Omit<StoreContext, 'blobs'>, lock?: FolderLock): Store {
  const context: StoreContext = { ...parts, blobs: createBlobFiles(parts.folder.blobs, parts.logger) };
  const { connection } = parts;
  const readSomething = connection.database.prepare('SELECT 1 FROM migrations LIMIT 1');
  return {
    datasets: createDatasetStore(context),
    models: createModelStore(context),
    versions: createVersionStore(context),
    aliases: createAliasStore(context),
    jobs: {
      ...createJobSubmit(context),
      ...createJobRecords(context),
      ...createEventReads(context),
      ...createJobActions(context),
      ...createJobClaims(context),
      ...createJobProgress(context),
      ...createJobEndings(context),
      ...createJobCrashes(context),
      ...createJobRetention(context),
    },
    async ping() {
      readSomething.get();
    },
    sweep: () => sweep(context),
    snapshot: () => takeSnapshot(context),
    async close() {
      connection.close();
      lock?.release();
    },
  };
}
