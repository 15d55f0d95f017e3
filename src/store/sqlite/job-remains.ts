/** What a diverged job leaves: its last finite weights, written with its end, read to be looked at. */
import type { JobStore, Remains } from '../ports.ts';
import type { StoredBlob } from './blob-files.ts';
import type { StoreContext } from './context.ts';
import { toJson } from './json-column.ts';

const insertRemains = `
  INSERT INTO remains (job_id, epoch, trained, sha256, file, data)
  VALUES (@jobId, @epoch, @trained, @sha256, @file, @data)`;

const selectRemains = 'SELECT epoch, trained, sha256, file, data FROM remains WHERE job_id = ?';

interface RemainsRow extends StoredBlob {
  readonly epoch: number;
  readonly trained: string;
}

/** Returns a function to call inside `connection.write`, of the blob that the weights are by then. */
export function createRemainsWriter({ connection: { database } }: StoreContext) {
  const insert = database.prepare<object>(insertRemains);
  return (jobId: string, { epoch, trained }: Remains, blob: StoredBlob): void => {
    insert.run({ jobId, epoch, trained: toJson(trained), ...blob });
  };
}

export function createRemainsReader({ connection: { database }, blobs }: StoreContext): JobStore['remains'] {
  const select = database.prepare<[string], RemainsRow>(selectRemains);
  return async (id) => {
    const row = select.get(id);
    if (!row) return null;
    return { epoch: row.epoch, trained: JSON.parse(row.trained), weights: await blobs.load(row) };
  };
}
