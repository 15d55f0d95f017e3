/** Takes rows and values by index from wherever they lie: the copy that every implementation can fall back on. */
import type { FloatArray, Matrix } from '../matrix.ts';

/** Row i of out [count, k] = row indices[start + i] of source; padding of `out` is left as it is. */
export function copyRows(
  source: Matrix,
  indices: Uint32Array,
  start: number,
  count: number,
  out: Matrix,
): void {
  const { data: from, stride } = source;
  const { data: to, columns } = out;
  for (let i = 0; i < count; i++) {
    let p = indices[start + i] * stride;
    let q = i * out.stride;
    for (const end = q + columns; q < end; p++, q++) to[q] = from[p];
  }
}

/** out[i] = source[indices[start + i]]. */
export function copyValues(
  source: FloatArray,
  indices: Uint32Array,
  start: number,
  count: number,
  out: FloatArray,
): void {
  for (let i = 0; i < count; i++) out[i] = source[indices[start + i]];
}
