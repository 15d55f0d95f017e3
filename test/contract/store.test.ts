/** Runs the store contract on each implementation. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { storeContract } from './store-contract.ts';

storeContract('sqlite', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'trainyard-store-'));
  const store = openSqliteStore({ dataDir, role: 'owner' });
  return {
    store,
    another: async () => openSqliteStore({ dataDir, role: 'client' }),
    async close() {
      await store.close();
      rmSync(dataDir, { recursive: true });
    },
  };
});
