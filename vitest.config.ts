/** Runs every suite that must pass on each commit; the fault harness has its own configuration. */
import { defineConfig } from 'vitest/config';

/** All but the one that weighs the heap and wants it to itself. */
const unit = 'test/unit/**/!(step-allocation).test.ts';

export default defineConfig({
  test: {
    pool: 'forks',
    // Much of the suite waits for other processes; the default leaves a machine of two cores with one worker.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    projects: [
      // Nothing in these keeps state, so files share a process and what it has imported.
      { extends: true, test: { name: 'unit', include: [unit], isolate: false } },
      {
        extends: true,
        test: { name: 'whole', include: ['test/**/*.test.ts'], exclude: [unit, 'test/faults/**'] },
      },
    ],
  },
});
