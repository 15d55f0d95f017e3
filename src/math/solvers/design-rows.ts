/** Brings rows of a design matrix into f64, four at a time, centred and with the intercept's 1: the inner loops see one simple layout. */
import type { Matrix } from '../matrix.ts';
import type { Pace } from '../pace.ts';

/** Rows of a group: four rows share each parameter that a loop reads. */
export const groupRows = 4;

export interface DesignRows {
  /** Columns k, and one more for the intercept. */
  readonly width: number;
  /** [4, width], row-major. */
  readonly group: Float64Array;
  /** Fills `group` from row `start`, rows past the end with zeros; returns how many are real. */
  load(start: number): number;
}

/** @param means subtracted from the columns, [k]; null to leave them */
export function createDesignRows(x: Matrix, fitIntercept: boolean, means: Float64Array | null): DesignRows {
  const { data, rows, columns, stride } = x;
  const width = fitIntercept ? columns + 1 : columns;
  const group = new Float64Array(groupRows * width);
  return {
    width,
    group,
    load(start) {
      const count = Math.min(groupRows, rows - start);
      if (count < groupRows) group.fill(0);
      for (let r = 0; r < count; r++) {
        const from = (start + r) * stride;
        const to = r * width;
        if (means === null) for (let j = 0; j < columns; j++) group[to + j] = data[from + j];
        else for (let j = 0; j < columns; j++) group[to + j] = data[from + j] - means[j];
        if (fitIntercept) group[to + columns] = 1;
      }
      return count;
    },
  };
}

/** Mean square of all elements of x [n, k], less `means` [k] when given. Infinite where it overflows. */
export function meanSquare(x: Matrix, means: Float64Array | null, pace: Pace): number {
  const { data, rows, columns, stride } = x;
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0, at = i * stride; j < columns; j++, at++) {
      const value = data[at] - (means === null ? 0 : means[j]);
      sum += value * value;
    }
    pace(columns);
  }
  return sum / (rows * columns);
}

/** Column means [k] of x [n, k]. Summed about the first row, so that a constant column's mean is exactly its value. */
export function columnMeans(x: Matrix, pace: Pace): Float64Array {
  const { data, rows, columns, stride } = x;
  const means = new Float64Array(columns);
  for (let i = 1; i < rows; i++) {
    for (let j = 0, at = i * stride; j < columns; j++, at++) means[j] += data[at] - data[j];
    pace(columns);
  }
  for (let j = 0; j < columns; j++) means[j] = data[j] + means[j] / rows;
  return means;
}
