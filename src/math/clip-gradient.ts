/** Bounds the step that a single bad batch can take. */
import type { Kernels } from './kernels/kernels.ts';
import type { FloatArray } from './matrix.ts';

/**
 * In place, where ‖g‖₂ > limit: g := g · limit/(‖g‖₂ + 1e-6), the norm over all of the block. Equal to PyTorch's clip_grad_norm_,
 * whose 1e-6 makes the clipped norm a trifle less than the limit. A gradient that is not finite stays so, and shows.
 *
 * @see Pascanu, Mikolov & Bengio, On the difficulty of training recurrent neural networks, 2013, algorithm 1
 */
export function clipGradient(kernels: Kernels, gradients: FloatArray, limit: number): void {
  const coefficient = limit / (Math.sqrt(kernels.sumOfSquares(gradients)) + 1e-6);
  if (coefficient < 1) kernels.scale(coefficient, gradients);
}
