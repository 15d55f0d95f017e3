/** Symmetric semidefinite matrices of a known rank, for the tests of their factor and their solver. */
import { createRandom } from '../../../../src/math/random.ts';

export const noPace = () => {};

/** BᵀB of a random B [rank, size]: row-major [size, size], exactly symmetric. */
export function semidefinite(size: number, rank: number, seed = 1): Float64Array {
  const random = createRandom(seed);
  const b = Float64Array.from({ length: rank * size }, () => random.normal());
  const a = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let t = 0; t < rank; t++) sum += b[t * size + i] * b[t * size + j];
      a[i * size + j] = sum;
      a[j * size + i] = sum;
    }
  }
  return a;
}

/** A·v. */
export function multiply(a: Float64Array, v: Float64Array): Float64Array {
  const n = v.length;
  return v.map((_, i) => a.subarray(i * n, (i + 1) * n).reduce((sum, value, j) => sum + value * v[j], 0));
}

/** D·A·D for D = diag(d). */
export function scaled(a: Float64Array, d: readonly number[]): Float64Array {
  const n = d.length;
  return a.map((value, at) => value * d[Math.floor(at / n)] * d[at % n]);
}
