/** Allocates the matrix that a model trains on, in memory that threads share. */
import type { ModelConfig } from '../contracts/model-config.ts';
import type { Dtype, Matrix } from '../math/matrix.ts';

/** Up to here a linear model's matrix is in f64 (32 MB); above it memory counts for more than the last digits. */
export const maxF64Cells = 4_000_000;

/** A network computes in f32 throughout; any other model reads f64 up to `maxF64Cells` cells and f32 above. */
export function designDtype(type: ModelConfig['type'], rows: number, columns: number): Dtype {
  return type !== 'mlp' && rows * columns <= maxF64Cells ? 'f64' : 'f32';
}

/** A zeroed matrix [rows, columns] on a SharedArrayBuffer of its own; `stride` ≥ columns is the kernels' `strideOf(columns)`. */
export function allocateDesignMatrix(rows: number, columns: number, stride: number, dtype: Dtype): Matrix {
  const bytes = rows * stride * (dtype === 'f64' ? 8 : 4);
  const memory = new SharedArrayBuffer(bytes);
  const data = dtype === 'f64' ? new Float64Array(memory) : new Float32Array(memory);
  return { data, rows, columns, stride };
}
