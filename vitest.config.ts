/** Runs every suite that must pass on each commit; the fault harness has its own configuration. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/faults/**'],
    pool: 'forks',
    // Much of the suite waits for other processes; the default leaves a machine of two cores with one worker.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
