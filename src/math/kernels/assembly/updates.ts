/** The optimizers' steps over the whole block of parameters p, given the gradients g; the equations are those of kernels.ts. */
import { madd, nmadd, splat, vectorBytes } from './vector';

export function sgdStep(p: usize, g: usize, vectors: i32, learningRate: f32): void {
  const rate = splat(learningRate);
  for (let i = 0; i < vectors; i++, p += vectorBytes, g += vectorBytes) {
    v128.store(p, nmadd(rate, v128.load(g), v128.load(p)));
  }
}

export function momentumStep(
  p: usize,
  g: usize,
  v: usize,
  vectors: i32,
  learningRate: f32,
  momentum: f32,
  isNesterov: bool,
): void {
  const rate = splat(learningRate);
  const mu = splat(momentum);
  for (let i = 0; i < vectors; i++, p += vectorBytes, g += vectorBytes, v += vectorBytes) {
    const gradient = v128.load(g);
    const velocity = madd(mu, v128.load(v), gradient);
    v128.store(v, velocity);
    const step = isNesterov ? madd(mu, velocity, gradient) : velocity;
    v128.store(p, nmadd(rate, step, v128.load(p)));
  }
}

export function rootSquareStep(
  p: usize,
  g: usize,
  s: usize,
  vectors: i32,
  learningRate: f32,
  keep: f32,
  add: f32,
  epsilon: f32,
): void {
  const rate = splat(learningRate);
  for (let i = 0; i < vectors; i++, p += vectorBytes, g += vectorBytes, s += vectorBytes) {
    const gradient = v128.load(g);
    const added = f32x4.mul(f32x4.mul(splat(add), gradient), gradient);
    const square = madd(splat(keep), v128.load(s), added);
    v128.store(s, square);
    const root = f32x4.add(f32x4.sqrt(square), splat(epsilon));
    v128.store(p, f32x4.sub(v128.load(p), f32x4.div(f32x4.mul(rate, gradient), root)));
  }
}

/** @param stepSize α/c₁; `rootScale` 1/√c₂; `add1` 1 − β₁; `add2` 1 − β₂ */
export function adamStep(
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  vectors: i32,
  stepSize: f32,
  beta1: f32,
  add1: f32,
  beta2: f32,
  add2: f32,
  rootScale: f32,
  epsilon: f32,
  shrink: f32,
): void {
  for (
    let i = 0;
    i < vectors;
    i++, p += vectorBytes, g += vectorBytes, m += vectorBytes, v += vectorBytes
  ) {
    const gradient = v128.load(g);
    const mean = madd(splat(beta1), v128.load(m), f32x4.mul(splat(add1), gradient));
    const added = f32x4.mul(f32x4.mul(splat(add2), gradient), gradient);
    const square = madd(splat(beta2), v128.load(v), added);
    v128.store(m, mean);
    v128.store(v, square);
    const root = madd(f32x4.sqrt(square), splat(rootScale), splat(epsilon));
    const step = f32x4.div(f32x4.mul(splat(stepSize), mean), root);
    v128.store(p, f32x4.sub(f32x4.mul(splat(shrink), v128.load(p)), step));
  }
}
