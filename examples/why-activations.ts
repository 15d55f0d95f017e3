/**
 * Makes the figures and numbers of docs/why-activations.md through the HTTP API alone:
 * `node examples/why-activations.ts --url http://127.0.0.1:8080 --out docs`, or `npm run figures` for a service of its own.
 */
import { approximation } from './activations/approximation.ts';
import { collapse } from './activations/collapse.ts';
import { cost } from './activations/cost.ts';
import { gradients } from './activations/gradients.ts';
import { overfitting } from './activations/overfitting.ts';
import { sparsity } from './activations/sparsity.ts';
import { runExample } from './parts/run-example.ts';

await runExample('why-activations.md', [collapse, approximation, cost, gradients, sparsity, overfitting]);
