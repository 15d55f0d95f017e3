/** Datasets: a row for each Parquet file. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetStore, StoredDataset } from '../ports.ts';
import type { StoreContext } from './context.ts';
import { decodeCursor, readPage, startOfTextPairs } from './cursor.ts';
import { toJson } from './json-column.ts';

export interface DatasetRow {
  readonly id: string;
  readonly name: string | null;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly file: string;
  readonly created_at: string;
  readonly warnings: string;
  readonly integral_columns: string;
  readonly columns: string;
}

const insertDataset = `
  INSERT INTO datasets (id, name, rows, bytes, sha256, file, created_at, warnings, integral_columns, columns)
  VALUES (@id, @name, @rows, @bytes, @sha256, @file, @created_at, @warnings, @integral_columns, @columns)`;

export const selectDataset = 'SELECT * FROM datasets WHERE id = ?';

export const selectPage = `
  SELECT * FROM datasets WHERE (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?`;

// The condition on the state is the partial index's own, word for word: only then can SQLite use it.
export const selectActiveJob = `
  SELECT 1 FROM jobs INDEXED BY jobs_active_by_dataset WHERE dataset = ? AND state IN ('queued', 'running', 'paused') LIMIT 1`;

export const selectActiveValidation = `
  SELECT 1 FROM jobs INDEXED BY jobs_active_by_validation_dataset
  WHERE validation_dataset = ? AND validation_dataset IS NOT NULL AND state IN ('queued', 'running', 'paused') LIMIT 1`;

const deleteDataset = 'DELETE FROM datasets WHERE id = ? RETURNING file';

export function createDatasetStore({ connection, folder, logger }: StoreContext): DatasetStore {
  const { database, write } = connection;
  const insert = database.prepare<DatasetRow>(insertDataset);
  const byId = database.prepare<[string], DatasetRow>(selectDataset);
  const page = database.prepare<[string, string, number], DatasetRow>(selectPage);
  const activeJob = database.prepare<[string]>(selectActiveJob);
  const activeValidation = database.prepare<[string]>(selectActiveValidation);
  const remove = database.prepare<[string], { file: string }>(deleteDataset);
  const pathOf = (file: string): string => join(folder.datasets, file);

  return {
    reserveFile(id) {
      const file = `${id}.parquet`;
      return { file, path: pathOf(file) };
    },
    pathOf,
    async insert(dataset) {
      const row = toRow(dataset);
      write(() => insert.run(row));
    },
    async get(id) {
      const row = byId.get(id);
      return row ? toStoredDataset(row) : null;
    },
    async list({ limit, cursor }) {
      const rows = page.iterate(...decodeCursor(cursor, startOfTextPairs), limit + 1);
      return readPage(rows, limit, toStoredDataset, (row) => [row.created_at, row.id]);
    },
    async delete(id) {
      const result = write(() => {
        if (activeJob.get(id) ?? activeValidation.get(id)) return 'in_use';
        return remove.get(id) ?? 'not_found';
      });
      if (typeof result === 'string') return result;
      await rm(pathOf(result.file), { force: true }).catch((error: unknown) => {
        logger?.warn({ err: error, file: result.file }, 'a dataset file could not be deleted');
      });
      return 'deleted';
    },
  };
}

function toRow(dataset: StoredDataset): DatasetRow {
  const { id, name, rows, bytes, sha256, file, created_at } = dataset;
  return {
    id,
    name,
    rows,
    bytes,
    sha256,
    file,
    created_at,
    warnings: toJson(dataset.warnings),
    integral_columns: toJson(dataset.integral_columns),
    columns: toJson(dataset.columns),
  };
}

export function toStoredDataset(row: DatasetRow): StoredDataset {
  return {
    ...row,
    warnings: JSON.parse(row.warnings),
    integral_columns: JSON.parse(row.integral_columns),
    columns: JSON.parse(row.columns),
  };
}
