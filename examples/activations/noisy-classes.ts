/** A table to overfit: 20 columns of which four matter, and a label that is wrong for a part of the rows. */
import { createNormal, createUniform } from '../parts/seeded-noise.ts';
import type { Columns } from '../parts/service-client.ts';

const features = 20;
const wrong = 0.1;

export function noisyClasses(rows: number, seed: number): Columns {
  const [normal, uniform] = [createNormal(seed), createUniform(seed + 1)];
  const columns = Array.from({ length: features }, () => Array.from({ length: rows }, normal));
  const [a, b, c, d] = columns as [number[], number[], number[], number[]];
  const label = a.map((value, i) => {
    const isYes = value * b[i]! + c[i]! - 0.5 * d[i]! > 0;
    return isYes === uniform() >= wrong ? 'yes' : 'no';
  });
  return { ...Object.fromEntries(columns.map((values, j) => [`x${j + 1}`, values])), label };
}
