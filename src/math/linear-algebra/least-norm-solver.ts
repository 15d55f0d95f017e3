/** Solves with a semidefinite matrix: of all the solutions, the shortest. */
import type { Pace } from '../pace.ts';
import {
  factorSemidefinite,
  rankTolerance,
  type SemidefiniteFactor,
  solveLower,
  solveLowerTransposed,
} from './pivoted-cholesky.ts';
import { dot } from './vectors.ts';

/** Overwrites `v` [size] with A⁺·v, the least-norm solution of A·u = v for a v in the range of A. */
export type LeastNormSolver = (v: Float64Array) => void;

/**
 * Solver for a symmetric positive semidefinite A, by pivoted Cholesky: a solution with zeros for the redundant unknowns, less
 * its part in the null space of A. Unlike a cut-off of eigenvalues, what counts as redundant does not depend on the units of
 * the unknowns; and it costs size³/3, not 9·size³.
 *
 * @param a    row-major [size, size], lower triangle read; overwritten, and kept by the solver
 * @param pace told of the work
 * @returns null when A is not finite
 */
export function createLeastNormSolver(a: Float64Array, size: number, pace: Pace): LeastNormSolver | null {
  const factor = factorSemidefinite(a, size, pace);
  if (factor === null) return null;
  const removeNullPart = factor.rank === size ? null : createNullSpaceRemover(factor, pace);
  const held = new Float64Array(size);
  return (v) => {
    const { rank, order, scale } = factor;
    for (let i = 0; i < rank; i++) held[i] = v[order[i]] * scale[order[i]];
    solveLower(factor, held);
    solveLowerTransposed(factor, held);
    v.fill(0);
    for (let i = 0; i < rank; i++) v[order[i]] = held[i] * scale[order[i]];
    pace(rank * rank);
    removeNullPart?.(v);
  };
}

/** v := v − N(NᵀN)⁻¹Nᵀv, where the columns of N span the null space of the factored matrix. */
function createNullSpaceRemover(factor: SemidefiniteFactor, pace: Pace): LeastNormSolver {
  const { size } = factor;
  const basis = nullSpaceBasis(factor, pace);
  const count = basis.length;
  const gram = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) gram[i * count + j] = dot(basis[i], basis[j]);
    pace(size * (i + 1));
  }
  const gramFactor = factorSemidefinite(gram, count, pace)!;
  const { order, scale } = gramFactor;
  const coefficients = new Float64Array(count);
  return (v) => {
    for (let i = 0; i < count; i++) coefficients[i] = dot(basis[order[i]], v) * scale[order[i]];
    solveLower(gramFactor, coefficients);
    solveLowerTransposed(gramFactor, coefficients);
    for (let i = 0; i < gramFactor.rank; i++) {
      const n = basis[order[i]];
      const c = coefficients[i] * scale[order[i]];
      for (let j = 0; j < size; j++) v[j] -= c * n[j];
      pace(2 * size + count);
    }
  };
}

/** Row i of L beyond the rank is a combination of the rows before it, Lᵢ = cᵀL₁: S·P·(−c, eᵢ) is a null vector of A. */
function nullSpaceBasis(factor: SemidefiniteFactor, pace: Pace): Float64Array[] {
  const { size, rank, lower, order, scale } = factor;
  const basis: Float64Array[] = [];
  for (let i = rank; i < size; i++) {
    const c = lower.slice(i * size, i * size + rank);
    solveLowerTransposed(factor, c);
    // What rounding leaves of a coefficient 0 must not grow with the scales, whose ratio is that of the columns' units.
    for (let t = 0; t < rank; t++) if (Math.abs(c[t]) <= rankTolerance) c[t] = 0;
    const n = new Float64Array(size);
    for (let t = 0; t < rank; t++) n[order[t]] = -c[t] * scale[order[t]];
    n[order[i]] = scale[order[i]];
    basis.push(n);
    pace((rank * rank) / 2);
  }
  return basis;
}
