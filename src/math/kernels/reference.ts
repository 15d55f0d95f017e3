/** The kernels in plain TypeScript: what a faster implementation must agree with, and the only one that also runs in f64. */
import { type ActivationName, activations } from '../activations/index.ts';
import { labelOf } from '../label-of.ts';
import { type LossName, losses } from '../losses/index.ts';
import { type Dtype, type FloatArray, type Matrix, requireShape, ShapeError } from '../matrix.ts';
import type { Random } from '../random.ts';
import { copyRows, copyValues } from './gather.ts';
import type { Kernels, Score } from './kernels.ts';
import { matrixView } from './matrix-view.ts';
import { addSigns, axpy, scale, sumOfMagnitudes, sumOfSquares } from './reference-blocks.ts';
import { multiply, multiplyTransposed, sumRows } from './reference-gemm.ts';
import { adamStep, momentumStep, rootSquareStep, sgdStep } from './reference-updates.ts';
import {
  checkBackwardInput,
  checkBackwardWeights,
  checkDenseForward,
  checkElements,
  checkGather,
  checkLoss,
} from './shape-checks.ts';

/** Rows are padded to a multiple of this although plain loops have no use for it, so that every test meets padding. */
const rowAlignment = 4;

/**
 * Arithmetic and sums are f64; what is stored is rounded to `dtype`. Each element is a fixed sequence of operations that no other
 * row takes part in.
 */
export function createReferenceKernels(dtype: Dtype): Kernels {
  const allocate = (length: number): FloatArray =>
    dtype === 'f32' ? new Float32Array(length) : new Float64Array(length);
  return {
    engine: 'reference/1',
    dtype,
    // 40 ms at 0.4 billion a second.
    maxProductWork: 2 ** 24,
    allocate,
    allocateRows: () => null,
    allocateIndices: (length) => new Uint32Array(length),
    strideOf,
    matrix: (rows, columns, data = allocate(rows * strideOf(columns))) =>
      matrixView(data, rows, columns, strideOf(columns)),
    gatherRows(source, indices, start, count, out) {
      checkGather(source, count, out);
      copyRows(source, indices, start, count, out);
    },
    gatherValues: copyValues,
    denseForward,
    activationBackward,
    denseBackwardInput,
    denseBackwardWeights,
    drawFactors,
    multiplyElements,
    loss,
    axpy,
    addSigns,
    scale,
    sumOfSquares,
    sumOfMagnitudes,
    sgdStep,
    momentumStep,
    rootSquareStep,
    adamStep,
    close: () => {},
  };
}

function strideOf(columns: number): number {
  return Math.ceil(columns / rowAlignment) * rowAlignment;
}

function denseForward(
  x: Matrix,
  w: Matrix,
  b: FloatArray,
  activation: ActivationName,
  a: Matrix,
  z: Matrix | null,
): void {
  checkDenseForward(x, w, b, a, z);
  multiply(x.data, x.stride, 1, w, b, a);
  const f = activations[activation];
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0, p = i * a.stride; j < a.columns; j++, p++) {
      if (z !== null) z.data[p] = a.data[p];
      a.data[p] = f.forward(a.data[p]);
    }
  }
}

function activationBackward(activation: ActivationName, a: Matrix, z: Matrix | null, da: Matrix): void {
  const f = activations[activation];
  const at = f.derivativeFrom === 'output' ? a : z;
  if (at === null) throw new ShapeError(`activationBackward: ${activation} needs z`);
  requireShape('activationBackward, da', da, at.rows, at.columns);
  for (let i = 0; i < da.rows; i++) {
    for (let j = 0, p = i * da.stride; j < da.columns; j++, p++) da.data[p] *= f.derivative(at.data[p]);
  }
}

function denseBackwardInput(dz: Matrix, w: Matrix, dx: Matrix): void {
  checkBackwardInput(dz, w, dx);
  multiplyTransposed(dz, w, dx);
}

function denseBackwardWeights(x: Matrix, dz: Matrix, dw: Matrix, db: FloatArray): void {
  checkBackwardWeights(x, dz, dw, db);
  multiply(x.data, 1, x.stride, dz, null, dw);
  sumRows(dz, db);
}

function drawFactors(random: Random, rate: number, { data, rows, columns, stride }: Matrix): void {
  const threshold = rate * 2 ** 32;
  const kept = 1 / (1 - rate);
  for (let i = 0; i < rows; i++) {
    for (let j = 0, at = i * stride; j < columns; j++, at++) {
      data[at] = random.nextUint32() < threshold ? 0 : kept;
    }
  }
}

function multiplyElements(x: Matrix, y: Matrix, out: Matrix): void {
  checkElements(x, y, out);
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < x.columns; j++) {
      out.data[i * out.stride + j] = x.data[i * x.stride + j] * y.data[i * y.stride + j];
    }
  }
}

function loss(
  name: LossName,
  logits: Matrix,
  target: FloatArray,
  c: FloatArray | null,
  dz: Matrix | null,
  score?: Score,
): number {
  const { row, isScalar, hasLabels } = losses[name];
  checkLoss(name, isScalar, logits, target, c, dz);
  const { data, rows, columns, stride } = logits;
  const gradient = dz === null ? null : dz.data;
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    const weight = c === null ? 1 : c[i];
    sum += weight * row(data, i * stride, columns, target[i], gradient, weight / rows);
    if (score && hasLabels && labelOf(data, i * stride, columns) === target[i]) score.correct++;
  }
  return sum;
}
