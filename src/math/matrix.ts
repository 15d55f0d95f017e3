/** Dense matrices in row-major order, with rows padded so that a vector unit can read past the last column. */

export type FloatArray = Float32Array | Float64Array;
export type Dtype = 'f32' | 'f64';

/** `data[i * stride + j]` is element (i, j). Padding columns (j ≥ columns) are zero and stay zero. */
export interface Matrix {
  readonly data: FloatArray;
  readonly rows: number;
  readonly columns: number;
  /** Leading dimension: elements from one row to the next, ≥ columns. */
  readonly stride: number;
}

/** A zeroed matrix [rows, columns] on a SharedArrayBuffer of its own; `stride` ≥ columns. */
export function sharedMatrix(rows: number, columns: number, stride: number, dtype: Dtype): Matrix {
  const memory = new SharedArrayBuffer(rows * stride * (dtype === 'f64' ? 8 : 4));
  const data = dtype === 'f64' ? new Float64Array(memory) : new Float32Array(memory);
  return { data, rows, columns, stride };
}

export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** @throws ShapeError unless the matrix is [rows, columns]; `what` names the operation and the argument. */
export function requireShape(what: string, matrix: Matrix, rows: number, columns: number): void {
  if (matrix.rows === rows && matrix.columns === columns) return;
  throw new ShapeError(`${what}: expected [${rows}, ${columns}], got [${matrix.rows}, ${matrix.columns}]`);
}

/** @throws ShapeError unless the array has `length` elements. */
export function requireLength(what: string, array: FloatArray, length: number): void {
  if (array.length === length) return;
  throw new ShapeError(`${what}: expected ${length} elements, got ${array.length}`);
}
