/** Runs every suite that must pass on each commit; the fault harness has its own configuration. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// The processes of the tests and the services that they start read compiled code from where `npm start` keeps it.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/trainyard', import.meta.url));

/** All but the one that weighs the heap and wants it to itself. */
const sharing = 'test/{unit,api,data}/**/!(step-allocation).test.ts';

export default defineConfig({
  test: {
    pool: 'forks',
    // Much of the suite waits for other processes; the default leaves a machine of two cores with one worker.
    maxWorkers: 3,
    // Node runs the sources itself, as in production: a seventh less time for the whole than through Vite.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    testTimeout: 20_000,
    hookTimeout: 20_000,
    projects: [
      // Nothing in these keeps state, so files share a process and what it has imported.
      { extends: true, test: { name: 'sharing', include: [sharing], isolate: false } },
      {
        extends: true,
        test: { name: 'whole', include: ['test/**/*.test.ts'], exclude: [sharing, 'test/faults/**'] },
      },
    ],
  },
});
