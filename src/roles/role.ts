/** What every role is given, and how a role starts another as its child process. */
import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';

export interface RoleOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Whether an API role supervises trainers of its own. */
  readonly withTrainers: boolean;
  /** Names a trainer in its leases; its parent frees them by it. */
  readonly owner: string | undefined;
}

const launcher = fileURLToPath(new URL('../../bin/trainyard.js', import.meta.url));

/** Messages are structured clones: typed arrays and non-finite numbers pass unharmed. */
export function forkRole(
  role: string,
  args: readonly string[] = [],
  options: ForkOptions = {},
): ChildProcess {
  return fork(launcher, ['--role', role, ...args], { serialization: 'advanced', execArgv: [], ...options });
}

/**
 * Resolves when this process is asked to stop. A child leaves signals to its parent, since a terminal sends them to the whole
 * group, where the data process is too, and only the parent knows the order of leaving; it goes at once when its parent is gone.
 */
export function stopRequested(): Promise<'drain' | 'parent_gone'> {
  return new Promise((resolve) => {
    const isChild = process.connected === true;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (!isChild) resolve('drain');
      });
    }
    if (!isChild) return;
    process.once('disconnect', () => resolve('parent_gone'));
    process.on('message', (message) => {
      if (message === 'drain') resolve('drain');
    });
  });
}
