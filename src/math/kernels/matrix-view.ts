/** Makes a matrix of a block of memory. */
import { type FloatArray, type Matrix, ShapeError } from '../matrix.ts';

/** @throws ShapeError when the block is too small */
export function matrixView(data: FloatArray, rows: number, columns: number, stride: number): Matrix {
  if (data.length < rows * stride) {
    throw new ShapeError(
      `matrix [${rows}, ${columns}]: expected ${rows * stride} elements, got ${data.length}`,
    );
  }
  return { data, rows, columns, stride };
}
