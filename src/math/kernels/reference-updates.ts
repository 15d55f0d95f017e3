/** The optimizer steps of the reference kernels, over whole parameter blocks. */
import type { FloatArray } from '../matrix.ts';
import type { AdamScalars, RootSquareScalars } from './kernels.ts';

export function sgdStep(p: FloatArray, g: FloatArray, learningRate: number): void {
  for (let i = 0; i < p.length; i++) p[i] -= learningRate * g[i];
}

export function momentumStep(
  p: FloatArray,
  g: FloatArray,
  v: FloatArray,
  learningRate: number,
  momentum: number,
  isNesterov: boolean,
): void {
  for (let i = 0; i < p.length; i++) {
    v[i] = momentum * v[i] + g[i];
    p[i] -= learningRate * (isNesterov ? g[i] + momentum * v[i] : v[i]);
  }
}

export function rootSquareStep(
  p: FloatArray,
  g: FloatArray,
  s: FloatArray,
  { learningRate, keep, add, epsilon }: RootSquareScalars,
): void {
  for (let i = 0; i < p.length; i++) {
    s[i] = keep * s[i] + add * g[i] * g[i];
    p[i] -= (learningRate * g[i]) / (Math.sqrt(s[i]) + epsilon);
  }
}

export function adamStep(
  p: FloatArray,
  g: FloatArray,
  m: FloatArray,
  v: FloatArray,
  scalars: AdamScalars,
): void {
  const { beta1, beta2, epsilon, shrink } = scalars;
  const stepSize = scalars.learningRate / scalars.correction1;
  const rootCorrection2 = Math.sqrt(scalars.correction2);
  for (let i = 0; i < p.length; i++) {
    m[i] = beta1 * m[i] + (1 - beta1) * g[i];
    v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
    p[i] = shrink * p[i] - (stepSize * m[i]) / (Math.sqrt(v[i]) / rootCorrection2 + epsilon);
  }
}
