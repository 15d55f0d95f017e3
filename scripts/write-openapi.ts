/** Writes openapi.yaml out of the routes' schemas, and the client's types out of it; with `--check`, fails when a file differs. */
import { readFile, writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import { parse } from 'yaml';
import { createApp } from '../src/api/app.ts';
import type { DataService } from '../src/data/messages.ts';
import { packageVersion } from '../src/package-version.ts';
import type { Store } from '../src/store/ports.ts';
import { clientTypes, type OpenapiDocument } from './client-types.ts';

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
const files = {
  'openapi.yaml': document,
  'src/client/operations.ts': clientTypes(parse(document) as OpenapiDocument),
};

for (const [name, text] of Object.entries(files)) {
  const path = new URL(`../${name}`, import.meta.url);
  if (!process.argv.includes('--check')) {
    await writeFile(path, text);
  } else if ((await readFile(path, 'utf8').catch(() => '')) !== text) {
    console.error(`${name} is not what the routes say: run \`npm run openapi\` and commit it`);
    process.exitCode = 1;
  }
}
