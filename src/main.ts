/** Composes the roles and supervises the children: the only reader of argv and the only caller of process.exit. */
import { flushCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from './config.ts';
import { createLogger } from './logger.ts';
import { packageVersion } from './package-version.ts';
import { StoreRefusal } from './store/ports.ts';

const usage = `Trainyard ${packageVersion}: trains and serves small models over REST.

usage: trainyard [--role all|api|trainer]

  all      the API and its trainer processes (default)
  api      the API alone
  trainer  one trainer process alone, on the same DATA_DIR

Settings come from the environment; the README lists them.`;

const server = async () => (await import('./roles/server-role.ts')).runServerRole;

/** Each process loads its own role alone. `data` is internal: the API starts it as its child. */
const roles = {
  all: server,
  api: server,
  trainer: async () => (await import('./roles/trainer-role.ts')).runTrainerRole,
  data: async () => (await import('./roles/data-role.ts')).runDataRole,
} as const;

async function main(): Promise<number> {
  let values: { role: string; owner?: string; help?: boolean; version?: boolean };
  try {
    ({ values } = parseArgs({
      options: {
        role: { type: 'string', default: 'all' },
        owner: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    }));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (values.version) {
    console.log(packageVersion);
    return 0;
  }
  if (!Object.hasOwn(roles, values.role)) {
    console.error(`--role: expected all, api or trainer, got "${values.role}"\n\n${usage}`);
    return 2;
  }
  const role = values.role as keyof typeof roles;
  const config = readConfig(process.env);
  const run = await roles[role]();
  // Now and not at exit, as Node would: a process that is killed must not leave the next start slow.
  flushCompileCache();
  return run({
    config,
    logger: createLogger(config.logLevel, role),
    withTrainers: role === 'all',
    owner: values.owner,
  });
}

try {
  process.exit(await main());
} catch (error) {
  if (error instanceof ConfigError) {
    console.error(
      `Trainyard cannot start with these settings:\n${error.problems.map((line) => `  ${line}`).join('\n')}`,
    );
  } else if (error instanceof StoreRefusal) {
    console.error(`Trainyard cannot start: ${error.message}`);
  } else {
    console.error(error);
  }
  process.exit(1);
}
