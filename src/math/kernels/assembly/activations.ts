/** Every activation forward and backward, over blocks of whole vectors; which one is meant says its number, as in wasm-activations.ts. */
import {
  expm1OfNegative,
  expOfMagnitude,
  gate,
  gaussian,
  normalDistribution,
  sigmoid,
  sigmoidFrom,
  softplusFrom,
  tanh,
} from './elementary';
import { nmadd, select, splat, vectorBytes } from './vector';

export const relu: i32 = 1;
const leakyRelu: i32 = 2;
const elu: i32 = 3;
const sigmoidal: i32 = 4;
const tangent: i32 = 5;
const softplus: i32 = 6;
const silu: i32 = 7;
const gelu: i32 = 8;

const leakySlope: f32 = 0.01;

/** f(z), f a constant. */
@inline
function valueOf(f: i32, z: v128): v128 {
  if (f == relu) return f32x4.pmax(z, splat(0));
  if (f == leakyRelu) return select(f32x4.gt(z, splat(0)), z, f32x4.mul(z, splat(leakySlope)));
  if (f == elu) return select(f32x4.gt(z, splat(0)), z, expm1OfNegative(z));
  if (f == sigmoidal) return sigmoid(z);
  if (f == tangent) return tanh(z);
  if (f == softplus) return softplusFrom(z, expOfMagnitude(z));
  if (f == silu) return gate(z, sigmoid(z));
  if (f == gelu) return gate(z, normalDistribution(z, gaussian(z)));
  return z;
}

/** f′ as a function of the output a, or of z for silu and gelu. */
@inline
function derivativeOf(f: i32, at: v128): v128 {
  if (f == relu) return v128.and(f32x4.gt(at, splat(0)), splat(1));
  if (f == leakyRelu) return select(f32x4.gt(at, splat(0)), splat(1), splat(leakySlope));
  if (f == elu) return select(f32x4.gt(at, splat(0)), splat(1), f32x4.add(at, splat(1)));
  if (f == sigmoidal) return f32x4.mul(at, f32x4.sub(splat(1), at));
  if (f == tangent) return nmadd(at, at, splat(1));
  if (f == softplus) return f32x4.neg(expm1OfNegative(f32x4.neg(at)));
  if (f == silu) return siluDerivative(at);
  if (f == gelu) return geluDerivative(at);
  return splat(1);
}

/** σ(z)·(1 + z·σ(−z)). */
@inline
function siluDerivative(z: v128): v128 {
  const e = expOfMagnitude(z);
  const opposite = sigmoidFrom(f32x4.neg(z), e);
  return gate(f32x4.add(splat(1), gate(z, opposite)), sigmoidFrom(z, e));
}

/** Φ(z) + z·φ(z). */
@inline
function geluDerivative(z: v128): v128 {
  const e = gaussian(z);
  const density = f32x4.mul(e, splat(0.3989422804014327));
  return f32x4.add(normalDistribution(z, e), gate(z, density));
}

@inline
function forward(f: i32, z: usize, a: usize, vectors: i32): void {
  for (let i = 0; i < vectors; i++, z += vectorBytes, a += vectorBytes) v128.store(a, valueOf(f, v128.load(z)));
}

@inline
function backward(f: i32, at: usize, da: usize, vectors: i32): void {
  for (let i = 0; i < vectors; i++, at += vectorBytes, da += vectorBytes) {
    v128.store(da, f32x4.mul(v128.load(da), derivativeOf(f, v128.load(at))));
  }
}

/** a = f(z); a may be z. Padding with f(0) ≠ 0 is the caller's to clear. */
export function activate(f: i32, z: usize, a: usize, vectors: i32): void {
  if (f == relu) forward(relu, z, a, vectors);
  else if (f == leakyRelu) forward(leakyRelu, z, a, vectors);
  else if (f == elu) forward(elu, z, a, vectors);
  else if (f == sigmoidal) forward(sigmoidal, z, a, vectors);
  else if (f == tangent) forward(tangent, z, a, vectors);
  else if (f == softplus) forward(softplus, z, a, vectors);
  else if (f == silu) forward(silu, z, a, vectors);
  else if (f == gelu) forward(gelu, z, a, vectors);
  else if (z != a) memory.copy(a, z, <usize>vectors * vectorBytes);
}

/** da = da ⊙ f′, from the output, or from z for silu and gelu. Padding of da is 0 and stays so. */
export function activationBackward(f: i32, at: usize, da: usize, vectors: i32): void {
  if (f == relu) backward(relu, at, da, vectors);
  else if (f == leakyRelu) backward(leakyRelu, at, da, vectors);
  else if (f == elu) backward(elu, at, da, vectors);
  else if (f == sigmoidal) backward(sigmoidal, at, da, vectors);
  else if (f == tangent) backward(tangent, at, da, vectors);
  else if (f == softplus) backward(softplus, at, da, vectors);
  else if (f == silu) backward(silu, at, da, vectors);
  else if (f == gelu) backward(gelu, at, da, vectors);
}

/** Whether f(0) ≠ 0, which makes padding something else than 0. */
@inline
export function movesZero(f: i32): bool {
  return f == sigmoidal || f == softplus;
}
