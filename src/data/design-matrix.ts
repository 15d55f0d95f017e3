/** How precise the matrix is that a model trains on. */
import type { ModelConfig } from '../contracts/model-config.ts';
import type { Dtype } from '../math/matrix.ts';

/** Up to here a linear model's matrix is in f64 (32 MB); above it memory counts for more than the last digits. */
export const maxF64Cells = 4_000_000;

/** A network computes in f32 throughout; any other model reads f64 up to `maxF64Cells` cells and f32 above. */
export function designDtype(type: ModelConfig['type'], rows: number, columns: number): Dtype {
  return type !== 'mlp' && rows * columns <= maxF64Cells ? 'f64' : 'f32';
}
