/** Products and norms of vectors, each in one fixed order. */

/** aᵀb, summed in order. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** max |vⱼ|; NaN when an element is. */
export function maxNorm(v: Float64Array): number {
  let norm = 0;
  for (let i = 0; i < v.length; i++) norm = Math.max(norm, Math.abs(v[i]));
  return norm;
}
