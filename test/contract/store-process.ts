/** A process of its own for the store's tests: `own` holds DATA_DIR, `claim` empties the queue, `open` only opens. */
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { at } from './store-fixtures.ts';

const [dataDir = '', action, owner = ''] = process.argv.slice(2);

async function act(): Promise<string[]> {
  if (action === 'own') {
    // The store is dropped on purpose, and the collector asked for it: ownership belongs to the process, not to an object.
    openSqliteStore({ dataDir, role: 'owner' });
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
    // Held until killed, but never beyond the test that started it.
    process.on('disconnect', () => process.exit());
    return ['opened'];
  }
  const store = openSqliteStore({ dataDir, role: 'client' });
  const taken: string[] = [];
  if (action === 'claim') {
    for (;;) {
      const claimed = await store.jobs.claim(owner, 15_000, at(1000));
      if (!claimed) break;
      taken.push(claimed.fence.jobId);
    }
  }
  await store.ping();
  await store.close();
  return taken;
}

let report: string[];
try {
  report = await act();
} catch (error) {
  report = [(error as Error).message];
}
process.send?.(report, () => {
  if (action !== 'own' || report[0] !== 'opened') process.disconnect();
});
