/** Factors a positive semidefinite matrix whatever its rank: the curvature of a regression with redundant columns is one. */
import type { Pace } from '../pace.ts';

/**
 * Pivots are taken of the matrix scaled to a unit diagonal, and one at or below this counts as 0. Rounding leaves up to 1e-13
 * of a truly redundant column (measured at a million rows); a column is kept when more than 3e-6 of it is new.
 */
export const rankTolerance = 1e-11;

/**
 * A diagonal element at or below it counts as 0: the smallest normal number, 2⁻¹⁰²², divided by ε. A curvature that has vanished so
 * far (separable classes, values of 1e-150) has lost digits, and its scale, squared, would overflow.
 */
const smallestDiagonal = 2 ** -970;

/** Pᵀ·S·A·S·P = L·Lᵀ, with S = diag(scale) and P the permutation `order`; L is [size, rank], lower trapezoidal. */
export interface SemidefiniteFactor {
  readonly size: number;
  readonly rank: number;
  /** L, row-major [size, size]; columns from `rank` on and the part above the diagonal hold no meaning. */
  readonly lower: Float64Array;
  /** Row i of L is row order[i] of A. */
  readonly order: Uint32Array;
  /** 1 / √Aᵢᵢ, [size]; 1 where Aᵢᵢ counts as 0. */
  readonly scale: Float64Array;
}

/**
 * Cholesky factorisation with diagonal pivoting, in place; stops at the numerical rank.
 *
 * @param a    symmetric positive semidefinite, row-major [size, size]; only the lower triangle is read. Overwritten with L.
 * @param pace told of the work, size³/3 multiply-adds at most
 * @returns null when a diagonal element is not finite
 * @see Higham, Accuracy and Stability of Numerical Algorithms, §10.3
 */
export function factorSemidefinite(a: Float64Array, size: number, pace: Pace): SemidefiniteFactor | null {
  const scale = scaleToUnitDiagonal(a, size, pace);
  if (scale === null) return null;
  const order = Uint32Array.from({ length: size }, (_, i) => i);
  /** Diagonal of what is left to factor. */
  const rest = Float64Array.from({ length: size }, (_, i) => a[i * size + i]);
  let rank = 0;
  while (rank < size) {
    let pivot = rank;
    for (let i = rank + 1; i < size; i++) if (rest[i] > rest[pivot]) pivot = i;
    if (!(rest[pivot] > rankTolerance)) break;
    if (pivot !== rank) swapSymmetric(a, size, rank, pivot, order, rest);
    const root = Math.sqrt(rest[rank]);
    a[rank * size + rank] = root;
    factorColumn(a, size, rank, root, rest);
    pace((size - rank) * rank + size);
    rank++;
  }
  return { size, rank, lower: a, order, scale };
}

/** A := S·A·S on the lower triangle; returns S's diagonal. */
function scaleToUnitDiagonal(a: Float64Array, size: number, pace: Pace): Float64Array | null {
  const scale = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const diagonal = a[i * size + i];
    if (!Number.isFinite(diagonal)) return null;
    scale[i] = diagonal > smallestDiagonal ? 1 / Math.sqrt(diagonal) : 1;
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) a[i * size + j] *= scale[i] * scale[j];
    a[i * size + i] = a[i * size + i] > smallestDiagonal ? 1 : 0;
    pace(i);
  }
  return scale;
}

/** Exchanges rows and columns j < p of the lower triangle, finished columns of L included. */
function swapSymmetric(
  a: Float64Array,
  size: number,
  j: number,
  p: number,
  order: Uint32Array,
  rest: Float64Array,
): void {
  for (let t = 0; t < j; t++) exchange(a, j * size + t, p * size + t);
  for (let i = j + 1; i < p; i++) exchange(a, i * size + j, p * size + i);
  for (let i = p + 1; i < size; i++) exchange(a, i * size + j, i * size + p);
  exchange(order, j, p);
  exchange(rest, j, p);
}

function exchange(values: Float64Array | Uint32Array, i: number, j: number): void {
  const held = values[i];
  values[i] = values[j];
  values[j] = held;
}

/** Column j of L below its pivot, and what it takes from the remaining diagonal. */
function factorColumn(a: Float64Array, size: number, j: number, root: number, rest: Float64Array): void {
  const pivotRow = j * size;
  let i = j + 1;
  // Four rows at a time share each element of the pivot's row.
  for (; i + 3 < size; i += 4) {
    const r0 = i * size;
    const r1 = r0 + size;
    const r2 = r1 + size;
    const r3 = r2 + size;
    let s0 = a[r0 + j];
    let s1 = a[r1 + j];
    let s2 = a[r2 + j];
    let s3 = a[r3 + j];
    for (let t = 0; t < j; t++) {
      const l = a[pivotRow + t];
      s0 -= a[r0 + t] * l;
      s1 -= a[r1 + t] * l;
      s2 -= a[r2 + t] * l;
      s3 -= a[r3 + t] * l;
    }
    a[r0 + j] = s0;
    a[r1 + j] = s1;
    a[r2 + j] = s2;
    a[r3 + j] = s3;
  }
  for (; i < size; i++) {
    const row = i * size;
    let sum = a[row + j];
    for (let t = 0; t < j; t++) sum -= a[row + t] * a[pivotRow + t];
    a[row + j] = sum;
  }
  for (i = j + 1; i < size; i++) {
    const l = a[i * size + j] / root;
    a[i * size + j] = l;
    rest[i] -= l * l;
  }
}

/** v := L₁⁻¹·v for the leading [rank, rank] triangle of L. */
export function solveLower(factor: SemidefiniteFactor, v: Float64Array): void {
  const { lower, size, rank } = factor;
  for (let i = 0; i < rank; i++) {
    let sum = v[i];
    for (let t = 0; t < i; t++) sum -= lower[i * size + t] * v[t];
    v[i] = sum / lower[i * size + i];
  }
}

/** v := L₁⁻ᵀ·v for the leading [rank, rank] triangle of L. */
export function solveLowerTransposed(factor: SemidefiniteFactor, v: Float64Array): void {
  const { lower, size, rank } = factor;
  for (let i = rank - 1; i >= 0; i--) {
    const value = v[i] / lower[i * size + i];
    v[i] = value;
    for (let t = 0; t < i; t++) v[t] -= lower[i * size + t] * value;
  }
}
