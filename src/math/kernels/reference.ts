/** The kernels in plain TypeScript: what a faster implementation must agree with, and the only one that also runs in f64. */
import { type ActivationName, activations } from '../activations/index.ts';
import { type LossName, losses } from '../losses/index.ts';
import {
  type Dtype,
  type FloatArray,
  type Matrix,
  requireLength,
  requireShape,
  ShapeError,
} from '../matrix.ts';
import type { Kernels } from './kernels.ts';
import { addSigns, axpy, scale, sumOfMagnitudes, sumOfSquares } from './reference-blocks.ts';
import { multiply, multiplyTransposed, sumRows } from './reference-gemm.ts';
import { adamStep, momentumStep, rootSquareStep, sgdStep } from './reference-updates.ts';

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
    allocate,
    strideOf,
    matrix: (rows, columns, data = allocate(rows * strideOf(columns))) => view(data, rows, columns),
    gatherRows,
    gatherValues,
    denseForward,
    activationBackward,
    denseBackwardInput,
    denseBackwardWeights,
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
  };
}

function strideOf(columns: number): number {
  return Math.ceil(columns / rowAlignment) * rowAlignment;
}

function view(data: FloatArray, rows: number, columns: number): Matrix {
  const stride = strideOf(columns);
  if (data.length < rows * stride) {
    throw new ShapeError(
      `matrix [${rows}, ${columns}]: expected ${rows * stride} elements, got ${data.length}`,
    );
  }
  return { data, rows, columns, stride };
}

function gatherRows(source: Matrix, indices: Uint32Array, start: number, count: number, out: Matrix): void {
  requireShape('gatherRows, out', out, count, source.columns);
  for (let i = 0; i < count; i++) {
    const from = indices[start + i] * source.stride;
    const to = i * out.stride;
    for (let j = 0; j < out.columns; j++) out.data[to + j] = source.data[from + j];
  }
}

function gatherValues(
  source: FloatArray,
  indices: Uint32Array,
  start: number,
  count: number,
  out: FloatArray,
): void {
  for (let i = 0; i < count; i++) out[i] = source[indices[start + i]];
}

function denseForward(
  x: Matrix,
  w: Matrix,
  b: FloatArray,
  activation: ActivationName,
  a: Matrix,
  z: Matrix | null,
): void {
  requireShape('denseForward, w', w, x.columns, w.columns);
  requireShape('denseForward, a', a, x.rows, w.columns);
  requireLength('denseForward, b', b, w.columns);
  if (z !== null) requireShape('denseForward, z', z, x.rows, w.columns);
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
  requireShape('denseBackwardInput, w', w, dx.columns, dz.columns);
  requireShape('denseBackwardInput, dx', dx, dz.rows, w.rows);
  multiplyTransposed(dz, w, dx);
}

function denseBackwardWeights(x: Matrix, dz: Matrix, dw: Matrix, db: FloatArray): void {
  requireShape('denseBackwardWeights, dz', dz, x.rows, dz.columns);
  requireShape('denseBackwardWeights, dw', dw, x.columns, dz.columns);
  requireLength('denseBackwardWeights, db', db, dz.columns);
  multiply(x.data, 1, x.stride, dz, null, dw);
  sumRows(dz, db);
}

function multiplyElements(x: Matrix, y: Matrix, out: Matrix): void {
  requireShape('multiplyElements, y', y, x.rows, x.columns);
  requireShape('multiplyElements, out', out, x.rows, x.columns);
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
): number {
  const { row, isScalar } = losses[name];
  const { data, rows, columns, stride } = logits;
  if (isScalar !== (columns === 1)) {
    throw new ShapeError(`${name}: expected ${isScalar ? 'one logit' : 'a logit per class'}, got ${columns}`);
  }
  if (dz !== null) requireShape(`${name}, dz`, dz, rows, columns);
  const gradient = dz === null ? null : dz.data;
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    const weight = c === null ? 1 : c[i];
    sum += weight * row(data, i * stride, columns, target[i], gradient, weight / rows);
  }
  return sum;
}
