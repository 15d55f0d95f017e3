/**
 * Makes the figures and numbers of docs/logistic-regression.md through the HTTP API alone:
 * `node examples/logistic-regression.ts --url http://127.0.0.1:8080 --out docs`, or `npm run figures` for a service of its own.
 */

import { regressions } from './logistic/regressions.ts';
import { runExample } from './parts/run-example.ts';

await runExample('logistic-regression.md', [regressions]);
