/**
 * The arithmetic that training a network is made of. The reference implementation is plain TypeScript and says what is right; a
 * faster one must agree with it (one contract suite runs on both). Every array comes from `allocate`, so that an implementation
 * may keep its own memory. No method allocates but `allocate`, `allocateIndices` and `matrix`. A block given to a method that goes
 * over whole blocks starts at a multiple of four elements, and what follows its end up to the next multiple is its own padding.
 *
 * Symbols are those of docs/math-notation.md: n rows, k inputs, m outputs of a layer.
 */
import type { ActivationName } from '../activations/index.ts';
import type { LossName } from '../losses/index.ts';
import type { Dtype, FloatArray, Matrix } from '../matrix.ts';
import type { Random } from '../random.ts';

/** Adam's scalars at step t; corrections are 1 − β₁ᵗ and 1 − β₂ᵗ, kept as running products so that they resume to the bit. */
export interface AdamScalars {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly correction1: number;
  readonly correction2: number;
  /** p is multiplied by it first: 1 − α·weight_decay in AdamW, 1 in Adam. */
  readonly shrink: number;
}

/** The scalars of an optimizer that divides by the root of a running square: s = keep · s + add · g². */
export interface RootSquareScalars {
  readonly learningRate: number;
  readonly keep: number;
  readonly add: number;
  readonly epsilon: number;
}

/** Counts what a loss sees beside its value. */
export interface Score {
  /** Rows whose label is the target; a squared error knows none. */
  correct: number;
}

/** The largest `maxProductWork` of any implementation: what a job's memory is reckoned with. */
export const largestProductWork = 2 ** 28;

export interface Kernels {
  /** Names the implementation and its revision, such as `reference/1`: equal engines give equal bits. */
  readonly engine: string;
  readonly dtype: Dtype;
  /** Most multiply-adds that one call should be given: about 50 ms of a slow machine. */
  readonly maxProductWork: number;

  /** A zeroed block in the memory that the kernels compute in. */
  allocate(length: number): FloatArray;
  /** A zeroed matrix for `gatherRows` to read fastest; null where the kernels have no room for it, or no faster way. */
  allocateRows(rows: number, columns: number): Matrix | null;
  /** Zeroed row numbers, where `gatherRows` reads them fastest. */
  allocateIndices(length: number): Uint32Array;
  /** Elements from one row to the next for matrices of so many columns. */
  strideOf(columns: number): number;
  /** A zeroed matrix [rows, columns]; or a view on `data`, which must hold rows · strideOf(columns) elements. */
  matrix(rows: number, columns: number, data?: FloatArray): Matrix;

  /**
   * Row i of `out` [count, k] = row indices[start + i] of `source`; `source` and `indices` may lie outside of the kernels' memory,
   * which is slower.
   */
  gatherRows(source: Matrix, indices: Uint32Array, start: number, count: number, out: Matrix): void;
  /** out[i] = source[indices[start + i]]. */
  gatherValues(source: FloatArray, indices: Uint32Array, start: number, count: number, out: FloatArray): void;

  /**
   * a = f(x·w + b): x [n, k], w [k, m], b [m], a [n, m]. Overwrites `a`, and `z` [n, m] with x·w + b when it is given: an
   * activation whose derivative is a function of its output does not need it.
   */
  denseForward(
    x: Matrix,
    w: Matrix,
    b: FloatArray,
    activation: ActivationName,
    a: Matrix,
    z: Matrix | null,
  ): void;
  /** In place, da [n, m] becomes dz = da ⊙ f′: from `a`, or from `z` where the activation's derivative needs it. */
  activationBackward(activation: ActivationName, a: Matrix, z: Matrix | null, da: Matrix): void;
  /** dx = dz·wᵀ: dz [n, m], w [k, m], dx [n, k]. Overwrites. */
  denseBackwardInput(dz: Matrix, w: Matrix, dx: Matrix): void;
  /** dw = xᵀ·dz, db = Σᵢ dzᵢ: x [n, k], dz [n, m], dw [k, m], db [m]. Overwrites. */
  denseBackwardWeights(x: Matrix, dz: Matrix, dw: Matrix, db: FloatArray): void;

  /**
   * Dropout's factors: each element of `out` becomes 0 with probability `rate`, taken to 32 bits, else 1/(1 − rate); row by row, by one
   * word of the generator each. Padding stays as it is.
   */
  drawFactors(random: Random, rate: number, out: Matrix): void;
  /** out = x ⊙ y, all [n, m]. Overwrites; `out` may be x or y. */
  multiplyElements(x: Matrix, y: Matrix, out: Matrix): void;

  /**
   * Σᵢ cᵢ·loss(logitsᵢ, targetᵢ), a sum over the n rows in f64, not a mean; `target` [n] holds class numbers or values, `c` [n] the
   * rows' weights, null for ones. When `dz` [n, m] is given it is overwritten with (1/n)·∂Σ/∂logits. Adds to `score`.
   */
  loss(
    loss: LossName,
    logits: Matrix,
    target: FloatArray,
    c: FloatArray | null,
    dz: Matrix | null,
    score?: Score,
  ): number;

  /** y += alpha · x. */
  axpy(alpha: number, x: FloatArray, y: FloatArray): void;
  /** y += alpha · sign(x), sign(0) = 0. */
  addSigns(alpha: number, x: FloatArray, y: FloatArray): void;
  /** x *= alpha. */
  scale(alpha: number, x: FloatArray): void;
  /** Σ xᵢ² in f64. */
  sumOfSquares(x: FloatArray): number;
  /** Σ |xᵢ| in f64. */
  sumOfMagnitudes(x: FloatArray): number;

  /** p −= learningRate · g. */
  sgdStep(p: FloatArray, g: FloatArray, learningRate: number): void;
  /** v = momentum · v + g; p −= learningRate · v, or with `isNesterov` learningRate · (g + momentum · v). */
  momentumStep(
    p: FloatArray,
    g: FloatArray,
    v: FloatArray,
    learningRate: number,
    momentum: number,
    isNesterov: boolean,
  ): void;
  /** s = keep · s + add · g²; p −= α · g / (√s + ε). Updates s. */
  rootSquareStep(p: FloatArray, g: FloatArray, s: FloatArray, scalars: RootSquareScalars): void;
  /** Kingma & Ba 2015, algorithm 1, as PyTorch orders it: p = shrink · p − α/c₁ · m / (√v/√c₂ + ε). Updates m and v. */
  adamStep(p: FloatArray, g: FloatArray, m: FloatArray, v: FloatArray, scalars: AdamScalars): void;

  /** Lets go of the threads that help, if any. The memory is free once nothing refers to it. */
  close(): void;
}
