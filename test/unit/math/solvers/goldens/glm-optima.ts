/** The regressions of glm-optima.json, typed; glm-optima.py made them. */
import { readFileSync } from 'node:fs';
import type { LossName } from '../../../../../src/math/losses/index.ts';

interface GlmOptimum {
  readonly name: string;
  readonly loss: LossName;
  readonly outputs: number;
  readonly fitIntercept: boolean;
  readonly l2: number;
  readonly x: readonly (readonly number[])[];
  readonly target: readonly number[];
  /** The exact optimum rounded to f64, of least ‖w‖ where there are many: W row-major [k, outputs], then b [outputs]. */
  readonly theta: readonly number[];
}

export const glmOptima: readonly GlmOptimum[] = JSON.parse(
  readFileSync(new URL('glm-optima.json', import.meta.url), 'utf8'),
);
