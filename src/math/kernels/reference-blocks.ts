/** The reference kernels over whole blocks, element by element. */
import { type FloatArray, requireLength } from '../matrix.ts';

export function axpy(alpha: number, x: FloatArray, y: FloatArray): void {
  requireLength('axpy, y', y, x.length);
  for (let i = 0; i < x.length; i++) y[i] += alpha * x[i];
}

export function addSigns(alpha: number, x: FloatArray, y: FloatArray): void {
  requireLength('addSigns, y', y, x.length);
  for (let i = 0; i < x.length; i++) y[i] += alpha * Math.sign(x[i]);
}

export function scale(alpha: number, x: FloatArray): void {
  for (let i = 0; i < x.length; i++) x[i] *= alpha;
}

export function sumOfSquares(x: FloatArray): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * x[i];
  return sum;
}

export function sumOfMagnitudes(x: FloatArray): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.abs(x[i]);
  return sum;
}
