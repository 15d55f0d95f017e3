/** What a full disk and a held lock are called. */
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { asStorageError } from '../../../src/store/sqlite/storage-errors.ts';

describe('asStorageError', () => {
  it.each([
    [new Database.SqliteError('database or disk is full', 'SQLITE_FULL'), 'disk_full'],
    [Object.assign(new Error('no space'), { code: 'ENOSPC' }), 'disk_full'],
    [Object.assign(new Error('quota'), { code: 'EDQUOT' }), 'disk_full'],
    [new Database.SqliteError('database is locked', 'SQLITE_BUSY'), 'busy'],
    [new Database.SqliteError('database is locked', 'SQLITE_BUSY_SNAPSHOT'), 'busy'],
  ])('%s is %s, with its cause', (error, code) => {
    expect(asStorageError(error)).toMatchObject({ code, cause: error });
  });

  it.each([
    new Database.SqliteError('constraint', 'SQLITE_CONSTRAINT_CHECK'),
    Object.assign(new Error('gone'), { code: 'ENOENT' }),
    null,
    'text',
  ])('leaves %s as it is', (error) => {
    expect(asStorageError(error)).toBe(error);
  });
});
