/** Writes openapi.yaml out of the routes' schemas; with `--check`, fails when the committed file differs. */
import { readFile, writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import { createApp } from '../src/api/app.ts';
import type { DataService } from '../src/data/messages.ts';
import { packageVersion } from '../src/package-version.ts';
import type { Store } from '../src/store/ports.ts';

const path = new URL('../openapi.yaml', import.meta.url);

/** Building the app touches neither store nor data process; using them here would be a mistake. */
const absent = new Proxy(
  {},
  {
    get: () => {
      throw new Error('the document is made without a running service');
    },
  },
);

const app = await createApp({
  store: absent as Store,
  data: absent as DataService,
  isDataUp: () => false,
  config: {
    dataDir: '',
    maxUploadBytes: 2 * 1024 ** 3,
    maxQueuedJobs: 1,
    mathBackend: 'auto',
    jobMemoryBytes: 0,
    apiKeys: [],
    allowAnonymous: false,
  },
  logger: pino({ level: 'silent' }),
  packageVersion,
  now: () => new Date(0),
});
const document = app.swagger({ yaml: true });
await app.close();

if (!process.argv.includes('--check')) {
  await writeFile(path, document);
} else if ((await readFile(path, 'utf8').catch(() => '')) !== document) {
  console.error('openapi.yaml is not what the routes say: run `npm run openapi` and commit it');
  process.exitCode = 1;
}
