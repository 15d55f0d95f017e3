/** Finds columns of the design matrix that the columns before them determine: their weights cannot be told apart. */
import type { FittedPreprocessing } from '../../contracts/version.ts';
import { columnNames } from '../../data/preprocessing/column-names.ts';
import type { Matrix } from '../../math/matrix.ts';
import { createPace, type Pace } from '../../math/pace.ts';
import { drawRows } from './probe-plan.ts';
import { thresholds } from './thresholds.ts';

export interface CollinearColumn {
  readonly column: string;
  /** Of its least-squares fit by the columns before it. */
  readonly rSquared: number;
  /** The one of them that it correlates with most. */
  readonly partner: string;
}

/** k columns take k²·1,024 + k³/3 multiply-adds: a tenth of a second. */
const mostColumns = 256;
const mostRows = 1024;
/** Any few rows can be fitted by enough columns. */
const rowsPerColumn = 2;

/**
 * Looks at up to 1,024 training rows and the columns that vary on them, without the most frequent category of each one-hot block: the
 * others determine it, and that is how a block is made. Nothing is looked for among more than 256 columns, or in fewer than two rows for
 * each.
 *
 * @param x encoded training rows [n, k]
 */
export function collinearColumns(
  { features, columns }: FittedPreprocessing,
  x: Matrix,
  seed: number,
  poll: () => void,
): CollinearColumn[] {
  if (columns.length > mostColumns) return [];
  const rows = drawRows(x.rows, mostRows, seed);
  const skipped = mostFrequentOf(features, x, rows);
  const candidates = columns.flatMap((name, j) => {
    if (skipped.has(j)) return [];
    const values = standardized(x, rows, j);
    return values ? [{ name, values }] : [];
  });
  if (rows.length < rowsPerColumn * candidates.length) return [];
  return scan(candidates, createPace(poll));
}

interface Candidate {
  readonly name: string;
  /** Mean 0 and Σ v² = 1, so that products are correlations. */
  readonly values: Float64Array;
}

/** Cholesky factor of the correlations, row by row: what is left of a column's variance after those kept before it is 1 − R². */
function scan(candidates: readonly Candidate[], pace: Pace): CollinearColumn[] {
  const kept: { readonly candidate: Candidate; readonly row: Float64Array }[] = [];
  const collinear: CollinearColumn[] = [];
  for (const candidate of candidates) {
    const correlations = kept.map((other) => dot(candidate.values, other.candidate.values));
    pace(kept.length * (candidate.values.length + kept.length));
    const row = new Float64Array(kept.length + 1);
    let left = 1;
    for (let j = 0; j < kept.length; j++) {
      let sum = correlations[j];
      for (let l = 0; l < j; l++) sum -= row[l] * kept[j].row[l];
      row[j] = sum / kept[j].row[j];
      left -= row[j] * row[j];
    }
    if (left > 1 - thresholds.collinearity) {
      row[kept.length] = Math.sqrt(left);
      kept.push({ candidate, row });
      continue;
    }
    const strongest = correlations.reduce(
      (best, r, j) => (Math.abs(r) > Math.abs(correlations[best]) ? j : best),
      0,
    );
    const rSquared = Math.min(1, 1 - left);
    collinear.push({ column: candidate.name, rSquared, partner: kept[strongest].candidate.name });
  }
  return collinear;
}

/** Null for a column that is the same in all rows. */
function standardized({ data, stride }: Matrix, rows: Uint32Array, column: number): Float64Array | null {
  const values = Float64Array.from(rows, (row) => data[row * stride + column]);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const centered = values.map((value) => value - mean);
  const norm = Math.sqrt(dot(centered, centered));
  // A constant's mean may be off by a rounding.
  if (!(norm > 1e-7 * Math.sqrt(values.length) * Math.abs(mean)) || norm === 0) return null;
  return centered.map((value) => value / norm);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Of each one-hot block the column that is 1 in most of the rows. */
function mostFrequentOf(
  features: FittedPreprocessing['features'],
  { data, stride }: Matrix,
  rows: Uint32Array,
): ReadonlySet<number> {
  const most = new Set<number>();
  let start = 0;
  for (const feature of features) {
    if (feature.type === 'category' && feature.encoding === 'one_hot') {
      const counts = feature.categories.map((_, c) =>
        rows.reduce((sum, row) => sum + data[row * stride + start + c], 0),
      );
      most.add(start + counts.indexOf(Math.max(...counts)));
    }
    start += columnNames(feature).length;
  }
  return most;
}
